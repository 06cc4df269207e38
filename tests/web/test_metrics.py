"""What waits for a person and what had to be put right, as a monitor sees them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from checkout_service.domain.clock import DAY, SECOND
from checkout_service.web.ops.collector import MetricsCollector
from tests.support.stage import Stage, calling


def scraped(stage: Stage) -> str:
    registry = CollectorRegistry()
    registry.register(MetricsCollector(stage.use_cases.admin.metrics.read))
    return generate_latest(registry).decode()


def test_nothing_in_quarantine_is_told_as_zero(stage: Stage) -> None:
    told = scraped(stage)

    for kind in ("order", "event", "money_write", "link_session"):
        assert f'checkout_quarantined{{kind="{kind}"}} 0.0' in told
    assert "checkout_corrected_orders_total 0.0" in told


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
