"""Subscriptions that begin with a trial or on another day, and ways to pay that are only saved."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import CARD, CHALLENGED, DECLINED, IBAN, a_line, a_session
from tests.sandbox.conftest import World
from tests.sandbox.test_subscriptions import DAY, a_line_every, advance


def begins(client: stripe.StripeClient, *lines: Any, more: Any = None, **data: Any) -> Any:
    given = list(lines) or [a_line_every()]
    return a_session(
        client, mode="subscription", line_items=given, subscription_data=data, **(more or {})
    )


def test_a_trial_costs_nothing_today_and_the_whole_price_at_its_end(
    client: stripe.StripeClient, world: World
) -> None:
    session = begins(client, trial_period_days=7)
    assert session.amount_total == 0

    done = world.pay(session.id, CARD)

    assert (done["payment_status"], done["amount_subtotal"]) == ("no_payment_required", 0)
    thing = client.v1.subscriptions.retrieve(done["subscription"])
    assert thing.status == "trialing"
    assert (thing.trial_end or 0) - thing.created == pytest.approx(7 * DAY, abs=2)
    assert client.v1.invoices.retrieve(done["invoice"]).amount_paid == 0

    happened = advance(world, 7 * DAY + 60)

    assert "invoice.paid" in happened
    thing = client.v1.subscriptions.retrieve(thing.id)
    assert thing.status == "active"
    assert isinstance(thing.latest_invoice, str)
    assert client.v1.invoices.retrieve(thing.latest_invoice).amount_paid == 900


def test_a_trial_without_a_way_to_pay_ends_past_due(
    client: stripe.StripeClient, world: World
) -> None:
    session = begins(client, more={"payment_method_collection": "if_required"}, trial_period_days=7)
    done = world.pay(session.id)

    advance(world, 7 * DAY + 60)

    assert client.v1.subscriptions.retrieve(done["subscription"]).status == "past_due"


def test_what_is_sold_once_is_due_today_trial_or_not(
    client: stripe.StripeClient, world: World
) -> None:
    session = begins(client, a_line_every(), a_line(500), trial_period_days=7)

    assert world.pay(session.id, CARD)["amount_total"] == 500


def test_a_later_anchor_makes_a_part_due_or_nothing(
    client: stripe.StripeClient, world: World
) -> None:
    now = int(world.raw("POST", "/_sandbox/clock", json={"advance": 0}).json()["now"])
    anchor = now + 10 * DAY
    part = begins(client, a_line_every("month", 3100), billing_cycle_anchor=anchor)
    none = begins(client, billing_cycle_anchor=anchor, proration_behavior="none")

    assert 0 < part.amount_total < 3100
    assert none.amount_total == 0
    done = world.pay(part.id, CARD)
    assert done["payment_status"] == "paid"
    thing = client.v1.subscriptions.retrieve(done["subscription"])
    assert thing.billing_cycle_anchor == anchor
    assert thing["items"].data[0].current_period_end == anchor
    advance(world, 10 * DAY + 60)
    renewed = client.v1.subscriptions.retrieve(thing.id).latest_invoice
    assert isinstance(renewed, str)
    assert client.v1.invoices.retrieve(renewed).amount_paid == 3100


@pytest.mark.parametrize(
    "data",
    [
        {"trial_period_days": 0},
        {"trial_period_days": 7, "trial_end": 1},
        {"trial_end": 1},
        {"billing_cycle_anchor": 1},
        {"proration_behavior": "none"},
        {"trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}}},
    ],
)
def test_a_wrong_beginning_is_refused(client: stripe.StripeClient, data: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        begins(client, **data)


def test_a_card_that_is_declined_begins_no_trial(client: stripe.StripeClient, world: World) -> None:
    session = begins(client, trial_period_days=7)

    with pytest.raises(requests.HTTPError, match="402"):
        world.pay(session.id, DECLINED)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def saves(client: stripe.StripeClient, currency: str = "usd", **more: Any) -> Any:
    params = {
        "mode": "setup", "currency": currency, "success_url": "https://shop.test/done",
        "customer_creation": "always", "setup_intent_data": {"metadata": {"order_id": "ord_1"}},
        **more,
    }  # fmt: skip
    return client.v1.checkout.sessions.create(params=params)  # type: ignore[arg-type]  # as a shop


def test_a_way_to_pay_is_saved_and_nothing_is_paid(
    client: stripe.StripeClient, world: World
) -> None:
    session = saves(client)
    assert (session.amount_total, session.payment_status) == (None, "no_payment_required")

    done = world.pay(session.id, CARD, email="jenny@example.com")

    assert (done["status"], done["payment_intent"]) == ("complete", None)
    thing = client.v1.setup_intents.retrieve(
        done["setup_intent"], params={"expand": ["payment_method"]}
    )
    assert (thing.status, thing.to_dict()["metadata"]) == ("succeeded", {"order_id": "ord_1"})
    kept = thing.payment_method
    assert isinstance(kept, stripe.PaymentMethod)
    assert kept.customer == done["customer"]
    listed = client.v1.payment_methods.list(params={"customer": done["customer"]})
    assert [one.id for one in listed.data] == [kept.id]
    assert "setup_intent.succeeded" in world.event_types()


def test_a_debit_is_saved_too(client: stripe.StripeClient, world: World) -> None:
    assert world.pay(saves(client, "eur").id, IBAN)["status"] == "complete"


@pytest.mark.parametrize(
    ("number", "more"), [(DECLINED, {}), (CHALLENGED, {"three_d_secure": "fail"})]
)
def test_what_is_refused_is_not_saved(
    client: stripe.StripeClient, world: World, number: str, more: Any
) -> None:
    session = saves(client)

    with pytest.raises(requests.HTTPError, match="402"):
        world.pay(session.id, number, **more)

    thing = client.v1.setup_intents.retrieve(session.setup_intent)
    assert (thing.status, thing.payment_method) == ("requires_payment_method", None)
    client.v1.checkout.sessions.expire(session.id)
    assert client.v1.setup_intents.retrieve(session.setup_intent).status == "canceled"


@pytest.mark.parametrize(
    "more",
    [
        {"line_items": [a_line()]},
        {"allow_promotion_codes": True},
        {"payment_intent_data": {"description": "x"}},
        {"setup_intent_data": {"on_behalf_of": "acct_1"}},
    ],
)
def test_setup_mode_sells_nothing(client: stripe.StripeClient, more: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        saves(client, **more)
