"""What waits for a person and what had to be put right, as a monitor sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from checkout_service.domain.clock import DAY, SECOND
from checkout_service.web.ops.collector import MetricsCollector
from tests.support.on_stage import app_on
from tests.support.stage import Refused, Stage, calling


def scraped(stage: Stage) -> str:
    registry = CollectorRegistry()
    registry.register(MetricsCollector(stage.use_cases.admin.metrics.read))
    return generate_latest(registry).decode()


def test_nothing_in_quarantine_is_told_as_zero(stage: Stage) -> None:
    told = scraped(stage)

    for kind in ("order", "event", "money_write", "link_session"):
        assert f'checkout_quarantined{{kind="{kind}"}} 0.0' in told
    assert "checkout_corrected_orders_total 0.0" in told


def test_cards_that_are_declined_are_counted(stage: Stage) -> None:
    for number in ("4000000000000002", "4000000000009995"):
        with pytest.raises(Refused):
            stage.pays(stage.buys(), number)
    stage.pays(stage.buys())
    stage.delivers()

    assert "checkout_recent_declines 2.0" in scraped(stage)


def test_strangers_who_are_refused_are_counted_by_reason(stage: Stage, tmp_path: Path) -> None:
    app = app_on(stage, tmp_path, metrics_token="m-token", create_rate_limit="3 per hour")
    client = app.test_client()
    card, create = {"order": "4242424242424242"}, "/api/v1/checkout-sessions"

    def told() -> dict[str, float]:
        text = client.get("/metrics", headers={"Authorization": "Bearer m-token"}).text
        samples = (s for f in text_string_to_metric_families(text) for s in f.samples)
        name = "checkout_strangers_refused_total"
        return {s.labels["reason"]: s.value for s in samples if s.name == name}

    before = told()
    client.post(create, json={}, headers={"Origin": "https://evil.example"})
    client.post(create, json=card)
    for _ in range(4):
        client.post(create, json={})
    after = told()

    assert {reason: after[reason] - before.get(reason, 0) for reason in after} == {
        "cross_origin": 1, "card_number": 1, "address": 2,
    }  # fmt: skip


def test_an_order_that_stripe_does_not_know_is_counted_until_it_is_tried_again(
    stage: Stage,
) -> None:
    order = stage.buys().order
    stage.control("POST", "reset")
    stage.works(2 * DAY / SECOND, every=7_200)

    assert 'checkout_quarantined{kind="order"} 1.0' in scraped(stage)
    stage.use_cases.quarantine.retry(order, source="cli")
    assert 'checkout_quarantined{kind="order"} 0.0' in scraped(stage)


def test_a_refund_that_no_door_told_of_is_counted_as_a_correction(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    stage.stripe("POST", "/v1/refunds", payment_intent=stage.order(bought)["payment_intent"])
    stage.drops()
    stage.cuts(calling("GET", "/v1/events"), times=None)
    stage.works(2 * DAY / SECOND, every=7_200)

    assert stage.order(bought)["status"] == "refunded"
    assert "checkout_corrected_orders_total 1.0" in scraped(stage)
