"""Vouchers and bank transfers: shown with their own end, paid later, or run out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.build import CARD, a_session, an_intent
from tests.sandbox.conftest import World

DAY = 86_400
CURRENCIES = {"boleto": "brl", "oxxo": "mxn", "konbini": "jpy", "multibanco": "eur"}
VOUCHERS = list(CURRENCIES.items())
TRANSFERS = {"eur": "iban", "gbp": "sort_code", "jpy": "zengin", "mxn": "spei", "usd": "aba"}
WAITING = ["payment_intent.created", "payment_intent.requires_action"]
EXPIRED = "payment_intent_payment_attempt_expired"


def shown_voucher(
    client: stripe.StripeClient, kind: str, currency: str, **more: Any
) -> stripe.PaymentIntent:
    """Make a bare intent and have its voucher shown."""
    data: Any = {"type": kind, "billing_details": {"name": "Jenny", "email": "jenny@example.com"}}
    if kind == "boleto":
        data["boleto"] = {"tax_id": "000.000.000-00"}
    return an_intent(client, currency=currency, confirm=True, payment_method_data=data, **more)


def end_of(intent: stripe.PaymentIntent, kind: str) -> int:
    assert intent.next_action is not None
    details = intent.next_action.to_dict()[f"{kind}_display_details"]
    end: int = details["expires_after" if kind == "oxxo" else "expires_at"]
    return end


@pytest.mark.parametrize(("kind", "currency"), VOUCHERS)
def test_a_voucher_is_shown_and_paid_later(
    client: stripe.StripeClient, world: World, kind: str, currency: str
) -> None:
    waiting = shown_voucher(client, kind, currency)

    assert waiting.status == "requires_action"
    assert waiting.next_action is not None
    assert waiting.next_action.type == f"{kind}_display_details"
    page = waiting.next_action.to_dict()[waiting.next_action.type]["hosted_voucher_url"]
    assert world.raw("GET", page.removeprefix(world.url)).status_code == 200
    assert waiting.latest_charge is None
    assert world.event_types() == WAITING

    world.call("POST", f"payment_intents/{waiting.id}/settle", {"outcome": "succeeded"})

    paid = client.v1.payment_intents.retrieve(waiting.id, params={"expand": ["latest_charge"]})
    assert (paid.status, paid.amount_received, paid.next_action) == ("succeeded", 1500, None)
    assert isinstance(paid.latest_charge, stripe.Charge)
    assert paid.latest_charge.payment_method_details is not None
    assert paid.latest_charge.payment_method_details.type == kind
    assert world.event_types()[2:] == ["charge.succeeded", "payment_intent.succeeded"]


@pytest.mark.parametrize(("kind", "currency"), VOUCHERS)
def test_a_voucher_nobody_pays_runs_out(
    client: stripe.StripeClient, world: World, kind: str, currency: str
) -> None:
    waiting = shown_voucher(client, kind, currency)
    left = end_of(waiting, kind) - waiting.created
    assert (2 if kind != "multibanco" else 6) * DAY < left <= 8 * DAY

    world.call("POST", "clock", {"advance": left - 60})
    assert client.v1.payment_intents.retrieve(waiting.id).status == "requires_action"
    world.call("POST", "clock", {"advance": 62})

    over = client.v1.payment_intents.retrieve(waiting.id)
    assert (over.status, over.next_action, over.latest_charge) == (
        "requires_payment_method",
        None,
        None,
    )
    assert over.last_payment_error is not None
    assert over.last_payment_error.code == EXPIRED
    assert world.event_types()[2:] == ["payment_intent.payment_failed"]


@pytest.mark.parametrize(("kind", "hours"), [("boleto", -3), ("oxxo", -6), ("konbini", 9)])
def test_a_voucher_ends_with_the_last_day_where_its_buyer_lives(
    client: stripe.StripeClient, world: World, kind: str, hours: int
) -> None:
    days = 5
    options = {kind: {"expires_after_days": days}}

    waiting = shown_voucher(client, kind, CURRENCIES[kind], payment_method_options=options)

    local = datetime.fromtimestamp(end_of(waiting, kind), UTC) + timedelta(hours=hours)
    made = datetime.fromtimestamp(waiting.created, UTC) + timedelta(hours=hours)
    assert (local.hour, local.minute, local.second) == (23, 59, 59)
    assert (local.date() - made.date()).days == days
    assert waiting.payment_method_options is not None
    assert waiting.payment_method_options.to_dict()[kind]["expires_after_days"] == days


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"oxxo": {"expires_after_days": 8}}, None),
        ({"konbini": {"setup_future_usage": "none"}}, "parameter_not_modelled"),
        ({"card": {"request_three_d_secure": "any"}}, "parameter_not_modelled"),
    ],
)
def test_options_that_are_not_modelled_are_refused_by_name(
    client: stripe.StripeClient, options: Any, code: str
) -> None:
    for act in (an_intent, a_session):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            act(client, currency="mxn", payment_method_options=options)
        assert refusal.value.code == code
        assert str(refusal.value.param).startswith("payment_method_options[")


@pytest.mark.parametrize(("kind", "currency"), [*VOUCHERS, ("voucher", "eur")])
@pytest.mark.parametrize("by_page", [True, False])
def test_a_session_is_complete_and_unpaid_until_its_voucher_is_paid(
    client: stripe.StripeClient, world: World, kind: str, currency: str, by_page: bool
) -> None:
    session = a_session(client, currency=currency)
    if by_page:
        method = "customer_balance" if kind == "voucher" else kind
        form = {"email": "jenny@example.com", "method": method}
        assert world.raw("POST", f"/c/pay/{session.id}", data=form).status_code == 303
    else:
        world.pay(session.id, kind)
    waiting = client.v1.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert world.event_types() == [*WAITING, "checkout.session.completed"]

    world.call("POST", f"payment_intents/{waiting.payment_intent}/settle")

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert world.event_types()[-1] == "checkout.session.async_payment_succeeded"


@pytest.mark.parametrize(("kind", "currency"), VOUCHERS)
@pytest.mark.parametrize("by_clock", [True, False])
def test_a_session_hears_that_its_voucher_ran_out(
    client: stripe.StripeClient, world: World, kind: str, currency: str, by_clock: bool
) -> None:
    session = a_session(client, currency=currency)
    intent = world.pay(session.id, kind)["payment_intent"]

    if by_clock:
        world.call("POST", "clock", {"advance": 9 * DAY})
    else:
        world.call("POST", f"payment_intents/{intent}/settle", {"outcome": "failed"})

    after = client.v1.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_status) == ("complete", "unpaid")
    assert world.event_types()[3:] == [
        "payment_intent.payment_failed", "checkout.session.async_payment_failed",
    ]  # fmt: skip


@pytest.mark.parametrize("currency", TRANSFERS)
def test_a_transfer_is_awaited_for_ever(
    client: stripe.StripeClient, world: World, currency: str
) -> None:
    waiting = shown_voucher(client, "customer_balance", currency)
    assert waiting.next_action is not None
    shown = waiting.next_action.display_bank_transfer_instructions
    assert shown is not None
    assert (shown.amount_remaining, shown.currency) == (1500, currency)
    assert shown.financial_addresses is not None
    assert shown.financial_addresses[0].type == TRANSFERS[currency]

    world.call("POST", "clock", {"advance": 400 * DAY})

    assert client.v1.payment_intents.retrieve(waiting.id).status == "requires_action"
    world.call("POST", f"payment_intents/{waiting.id}/settle")
    assert client.v1.payment_intents.retrieve(waiting.id).status == "succeeded"


@pytest.mark.parametrize("kind", [*CURRENCIES, "voucher"])
def test_each_way_has_its_own_currencies(
    client: stripe.StripeClient, world: World, kind: str
) -> None:
    session = a_session(client, currency="chf")

    assert session.payment_method_types == ["card"]
    with pytest.raises(requests.HTTPError) as refusal:
        world.pay(session.id, kind)
    assert refusal.value.response.status_code == 400


def test_a_boleto_needs_its_buyers_tax_number(client: stripe.StripeClient) -> None:
    data: Any = {"type": "boleto", "billing_details": {"name": "Jenny"}}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        an_intent(client, currency="brl", confirm=True, payment_method_data=data)

    assert refusal.value.param == "payment_method_data[boleto][tax_id]"


def test_another_method_takes_the_place_of_a_voucher(
    client: stripe.StripeClient, world: World
) -> None:
    waiting = shown_voucher(client, "multibanco", "eur")

    paid = client.v1.payment_intents.confirm(waiting.id, params={"payment_method": "pm_card_visa"})

    assert paid.status == "succeeded"
    world.call("POST", "clock", {"advance": 9 * DAY})
    assert client.v1.payment_intents.retrieve(waiting.id).status == "succeeded"
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"payment_intents/{waiting.id}/settle")


def test_only_what_is_allowed_and_not_excluded_pays(
    client: stripe.StripeClient, world: World
) -> None:
    some = a_session(client, currency="eur", excluded_payment_method_types=["multibanco", "card"])
    one = an_intent(client, currency="eur", allowed_payment_method_types=["multibanco"])

    assert some.payment_method_types == ["sepa_debit", "customer_balance"]
    assert one.payment_method_types == ["multibanco"]
    with pytest.raises(requests.HTTPError) as refusal:
        world.pay(some.id, CARD)
    assert refusal.value.response.status_code == 400
    with pytest.raises(stripe.InvalidRequestError, match="not allowed for this PaymentIntent"):
        client.v1.payment_intents.confirm(one.id, params={"payment_method": "pm_card_visa"})


def test_a_konbini_is_refunded_when_its_buyer_has_said_where_to(
    client: stripe.StripeClient, world: World
) -> None:
    waiting = shown_voucher(client, "konbini", "jpy")
    world.call("POST", f"payment_intents/{waiting.id}/settle")

    refund = client.v1.refunds.create(params={"payment_intent": waiting.id})

    assert (refund.status, refund.instructions_email) == ("requires_action", "jenny@example.com")
    world.call("POST", f"refunds/{refund.id}/settle", {"status": "succeeded"})
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
