"""What docs/operations/metrics.md promises is there when Prometheus asks, and tells the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.support.processes import ROOT
from tests.support.running_shop import POSTER, Shop
from tests.support.running_stack import until

DOCUMENT = (ROOT / "docs" / "operations" / "metrics.md").read_text("utf-8")
TOKEN = {"Authorization": "Bearer tests-metrics-token"}
_NAME = re.compile(r"\bcheckout_[a-z_]+")
Scrape = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(shop: Shop) -> Scrape:
    answer = shop.request("GET", "/metrics", headers=TOKEN)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(shop: Shop, name: str, **labels: str) -> float:
    return scrape(shop).get((name, tuple(sorted(labels.items()))), 0)


@pytest.fixture(scope="module")
def busy(site_and_shop: tuple[str, Shop]) -> Shop:
    """A shop to which everything has happened that is counted."""
    _, shop = site_and_shop
    for _ in range(2):
        opened = shop.open(POSTER)
        shop.pays(opened["id"])
    shop.flush()
    shop.fulfils_once(opened["id"])
    shop.post_event({"id": "evt_forged"}, secret="whsec_wrong")
    assert shop.create({"order": "4242 4242 4242 4242"}).status_code == 422
    shop.faults(seed=1, api=[{"path": "/v1/", "kind": "error_500", "probability": 1.0}])
    assert shop.create().status_code == 503
    shop.no_faults()
    until(lambda: value(shop, "checkout_sweep_age_seconds") > 0, what="a sweep")
    return shop


def test_the_gauges_tell_what_is_in_the_database(busy: Shop) -> None:
    assert value(busy, "checkout_database_up") == 1
    assert value(busy, "checkout_recent_orders", status="paid") == 2
    assert value(busy, "checkout_recent_orders", status="pending") == 1  # Stripe did not open it
    assert value(busy, "checkout_recent_events", source="webhook", state="applied") >= 2
    assert 0 < value(busy, "checkout_newest_paid_order_age_seconds") < 120
    assert value(busy, "checkout_held_orders", hold="amount_mismatch") == 0
    assert value(busy, "checkout_receiver", state="well") == 1
    for kind in ("order", "event", "money_write", "link_session"):
        assert ("checkout_quarantined", (("kind", kind),)) in scrape(busy)
    assert value(busy, "checkout_corrected_orders_total") == 0
    assert 0 <= value(busy, "checkout_sweep_age_seconds") < 30


def test_an_order_that_is_held_and_a_message_that_waits_are_seen(busy: Shop) -> None:
    opened = busy.open(POSTER)
    dearer = {"path": f"/v1/checkout/sessions/{opened['id']}", "fields": {"amount_total": 1}}
    busy.faults(seed=1, alter=dearer)
    busy.pays(opened["id"])
    busy.flush()

    assert value(busy, "checkout_held_orders", hold="amount_mismatch") == 1
    busy.no_faults()


def test_the_counters_tell_what_was_refused_and_what_failed(busy: Shop) -> None:
    assert value(busy, "checkout_webhooks_refused_total", reason="no signature matches") == 1
    failed = {"call": "post /v1/checkout/sessions", "kind": "unavailable"}
    assert value(busy, "checkout_stripe_failures_total", **failed) == 1
    assert value(busy, "checkout_warnings_total", event="stripe.unavailable") >= 1


def rules() -> Iterator[dict[str, Any]]:
    for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL):
        for group in yaml.safe_load(block).get("groups", []):
            yield from group["rules"]


def test_every_alert_asks_for_metrics_that_there_are(busy: Shop) -> None:
    there = {name for name, _ in scrape(busy)}
    alerts = list(rules())

    assert len(alerts) >= 8
    for alert in alerts:
        asked = set(_NAME.findall(alert["expr"]))
        assert asked, alert
        assert asked <= there, alert
        assert alert["annotations"]["summary"]


def test_every_metric_of_ours_is_described_and_no_other(busy: Shop) -> None:
    described = set(re.findall(r"^\| `(checkout_[a-z_]+)", DOCUMENT, re.MULTILINE))
    there = {name for name, _ in scrape(busy) if name.startswith("checkout_")}
    suffixes = re.compile(r"_(bucket|count|sum|created)$")

    assert described == {suffixes.sub("", name) for name in there}
