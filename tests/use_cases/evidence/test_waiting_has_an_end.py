"""Laws 6 to 8: one bad item costs only itself, every wait ends, settled is not forgotten."""

from __future__ import annotations

import pytest

from tests.support.stage import GOOD, Stage
from tests.support.stage.catalog import catalog_text
from tests.use_cases.evidence.waiting import (
    MOST_READS,
    SEPA_LATE,
    SETTLED,
    live,
    reads_of,
    status,
    sweeps_daily,
)

ALMANAC = """
[[payment_links]]
id = "almanac"
url = "{stripe}/b/test_almanac"
stripe_payment_link = "plink_almanac"
price = "linked-usd"
"""


@pytest.mark.parametrize("fate", ["archived", "deleted"])
def test_a7_a_sale_whose_price_is_gone_is_recorded_and_the_sweep_goes_on(fate: str) -> None:
    with Stage(catalog=catalog_text() + ALMANAC) as stage:
        other, price = stage.buys(), _price_of_almanac(stage)
        params = {"id": "plink_almanac", "line_items[0][price]": price}
        stage.stripe("POST", "/v1/payment_links", **params, **{"line_items[0][quantity]": 1})
        stage.control("POST", "payment_links/plink_almanac/pay", {"payment_method": GOOD})
        store = stage.side.world.store
        if fate == "archived":
            store.put((store.get(price) or {}) | {"active": False})
        else:
            store.drop(price)
        stage.pays(other)
        stage.drops()

        stage.works(180)

        orders = stage.use_cases.read_orders.page(limit=10).orders
        (sale,) = (order for order in orders if order.id != other.order)
        assert (sale.status, sale.amount_paid) == ("paid", 3100)
        assert sale.fulfilled is (fate == "archived")
        assert sale.holds == (() if fate == "archived" else ("amount_mismatch",))
        assert stage.order(other)["fulfilled"]


def _price_of_almanac(stage: Stage) -> str:
    price = stage.parts.catalog.price("linked-usd")
    assert price is not None
    assert price.stripe_price is not None
    return price.stripe_price


def test_a10_an_intent_that_nobody_pays_is_canceled_at_stripe_and_expires(stage: Stage) -> None:
    bought = stage.buys(kind="payment_intent")

    live(stage, 3)

    found = stage.stripe("GET", f"/v1/payment_intents/{bought.intent}")
    assert (found["status"], found["cancellation_reason"]) == ("canceled", "abandoned")
    assert status(stage, bought) == "expired"
    assert reads_of(stage, bought) <= MOST_READS


def test_an_intent_that_failed_and_is_left_ends_too(stage: Stage) -> None:
    bought = stage.buys("mug-eur", kind="payment_intent")
    stage.pays(bought, "AT861904300235473202")
    live(stage, 3)

    assert status(stage, bought) == "expired"
    assert stage.stripe("GET", f"/v1/payment_intents/{bought.intent}")["status"] == "canceled"


def test_a_voucher_lives_until_its_own_end(stage: Stage) -> None:
    bought = stage.buys("cloth-jpy", kind="payment_intent")
    params = {
        "payment_method_data[type]": "konbini",
        "payment_method_data[billing_details][email]": "buyer@example.com",
        "payment_method_data[billing_details][name]": "Buyer",
    }
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/confirm", **params)
    stage.returns(bought)
    assert status(stage, bought) == "processing"

    live(stage, 1.5)
    assert status(stage, bought) == "processing"

    live(stage, 6)
    assert status(stage, bought) in ("expired", "failed")
    assert reads_of(stage, bought) <= MOST_READS


def test_a11_a_session_stripe_does_not_know_is_set_aside_and_named(stage_on: Stage) -> None:
    stage = stage_on
    bought, other = stage.buys(), stage.buys()
    stage.side.world.store.drop(str(bought.session))
    stage.pays(other)
    stage.drops()

    live(stage, 4)

    (item,) = stage.use_cases.quarantine.list()
    assert (item.kind, item.id, item.reason) == ("order", bought.order, "resource_missing")
    assert reads_of(stage, bought) < 20
    assert stage.order(other)["fulfilled"]


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_what_stripe_does_not_know_is_set_aside_by_time_where_sweeps_are_rare(
    stage: Stage, kind: str
) -> None:
    bought = stage.buys(kind=kind)
    stage.side.world.store.drop(str(bought.session or bought.intent))

    sweeps_daily(stage, 2)
    assert stage.use_cases.quarantine.count()["order"] == 0
    sweeps_daily(stage, 1)

    assert stage.use_cases.quarantine.count()["order"] == 1


@pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
def test_a_merchant_may_cancel_what_stripe_does_not_know(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    bought = stage.buys(kind=kind)
    stage.side.world.store.drop(str(bought.session or bought.intent))

    assert stage.cancels(bought).status == "canceled"

    live(stage, 2)
    assert status(stage, bought) == "canceled"


def test_what_is_in_quarantine_is_tried_again_by_a_person(stage_on: Stage) -> None:
    stage = stage_on
    bought = stage.buys()
    kept = stage.side.world.store.get(bought.session) or {}
    stage.side.world.store.drop(str(bought.session))
    live(stage, 4)
    assert stage.use_cases.quarantine.count()["order"] == 1
    stage.side.world.store.put(kept)

    stage.use_cases.quarantine.retry(bought.order, source="cli")
    stage.sweeps()

    assert stage.use_cases.quarantine.count()["order"] == 0
    assert status(stage, bought) in ("pending", "expired")


def test_one_order_that_breaks_costs_only_itself(stage_on: Stage) -> None:
    """Whatever is raised at one item, the others are looked at in the same sweep."""
    stage = stage_on
    bad, good = stage.buys(), stage.buys()
    stage.pays(bad)
    stage.pays(good)
    stage.drops()
    rule = {"path": f"/v1/checkout/sessions/{bad.session}", "fields": {"livemode": "perhaps"}}
    events = {"method": "GET", "path": "/v1/events", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [events], "alter": [rule]})

    stage.works(180)

    assert stage.order(good)["fulfilled"]
    assert not stage.order(bad)["fulfilled"]


def test_a_bank_transfer_has_a_month_and_then_ends(stage: Stage) -> None:
    """It has no end of its own, and a day is less than a bank takes."""
    bought = stage.buys("mug-eur", kind="payment_intent")
    params = {"payment_method_data[type]": "customer_balance"}
    stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/confirm", **params)
    stage.returns(bought)

    live(stage, 20)
    assert status(stage, bought) == "processing"

    live(stage, 16)
    assert status(stage, bought) == "expired"


def test_a_debit_on_its_way_is_never_canceled_by_us(stage: Stage) -> None:
    bought = stage.buys("mug-eur", kind="payment_intent")
    stage.pays(bought, SEPA_LATE)
    kept = stage.side.world.store.get(bought.intent) or {}
    stage.side.world.store.put(kept | {"_due": None})
    stage.returns(bought)

    live(stage, 5)

    assert status(stage, bought) == "processing"
    assert stage.writes("/cancel") == []


@pytest.mark.parametrize("kind", ["checkout_session", "payment_link"])
def test_a_bank_transfer_by_session_or_link_ends_too(stage: Stage, kind: str) -> None:
    if kind == "payment_link":
        stage.make_link("mug")
    bought = stage.link_order("mug") if kind == "payment_link" else stage.buys("mug-eur")
    paid = stage.pays(bought, "voucher")
    stage.delivers("checkout.session.completed")
    kept = stage.side.world.store.get(paid["payment_intent"]) or {}
    action = {"type": "display_bank_transfer_instructions"}
    stage.side.world.store.put(kept | {"_due": None, "next_action": action})
    stage.drops()

    sweeps_daily(stage, 28)
    assert status(stage, bought) == "processing"

    sweeps_daily(stage, 14)
    assert status(stage, bought) == "expired"
    assert stage.use_cases.quarantine.count()["order"] == 0
    stage.control("POST", f"payment_intents/{paid['payment_intent']}/settle", SETTLED)
    stage.delivers()
    assert stage.order(bought)["fulfilled"]


def test_an_order_that_waits_for_too_long_is_set_aside_once(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    bought = stage.buys("mug-eur")
    paid = stage.pays(bought, SEPA_LATE)
    kept = stage.side.world.store.get(paid["payment_intent"]) or {}
    stage.side.world.store.put(kept | {"_due": None})
    stage.returns(bought)
    stage.drops()

    sweeps_daily(stage, 80)
    stage.returns(bought)
    sweeps_daily(stage, 10)

    assert status(stage, bought) == "processing"
    assert stage.use_cases.quarantine.count()["order"] == 1
    told = [record for record in caplog.records if record.message == "order.quarantined"]
    assert len(told) == 1
