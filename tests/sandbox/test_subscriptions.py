"""Subscriptions: sold by a session, renewed by the clock, past due and ended."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe
from stripe.checkout import Session

from stripe_sandbox.periods import end_of
from tests.sandbox.build import CARD, DECLINED, IBAN, a_line, a_session
from tests.sandbox.conftest import World

DAY = 86_400
PAID = ["invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded"]
FAILS = "pm_card_chargeDeclined"


def a_line_every(interval: str = "month", amount: int = 900, currency: str = "usd") -> Any:
    line = a_line(amount, currency)
    line["price_data"]["recurring"] = {"interval": interval}
    return line


def sell(client: stripe.StripeClient, *lines: Any, **more: Any) -> Session:
    given = list(lines) or [a_line_every()]
    data = {"metadata": {"order_id": "ord_1"}}
    return a_session(client, mode="subscription", line_items=given, subscription_data=data, **more)


@pytest.fixture
def subscription(client: stripe.StripeClient, world: World) -> stripe.Subscription:
    """A monthly subscription, begun and paid."""
    paid = world.pay(sell(client).id, CARD)
    return client.v1.subscriptions.retrieve(paid["subscription"])


def one_period(subscription: stripe.Subscription) -> int:
    """Return the seconds to the end of its first period, and a little more."""
    item = subscription["items"].data[0]
    return int(item.current_period_end - item.current_period_start) + 60


def advance(world: World, seconds: int) -> list[str]:
    """Move the clock and give the types of what happened, oldest first."""
    before = len(world.events())
    world.call("POST", "clock", {"advance": seconds})
    return world.event_types()[before:]


def test_a_session_begins_a_subscription(client: stripe.StripeClient, world: World) -> None:
    session = sell(client, a_line_every(), a_line(500))

    paid = world.pay(session.id, CARD, email="jenny@example.com")

    assert (paid["payment_status"], paid["amount_total"]) == ("paid", 1400)
    assert paid["payment_intent"] is None
    thing = client.v1.subscriptions.retrieve(
        paid["subscription"], params={"expand": ["customer", "latest_invoice"]}
    )
    assert thing.status == "active"
    assert thing.metadata["order_id"] == "ord_1"
    assert isinstance(thing.customer, stripe.Customer)
    assert thing.customer.email == "jenny@example.com"
    assert isinstance(thing.latest_invoice, stripe.Invoice)
    invoice = thing.latest_invoice
    assert (invoice.id, invoice.status, invoice.total) == (paid["invoice"], "paid", 1400)
    assert [line.amount for line in invoice.lines.data] == [900, 500]
    assert len(thing["items"].data) == 1
    told = world.event_types()
    assert told[-1] == "checkout.session.completed"
    for kind in ("customer.created", "customer.subscription.created", "invoice.created", *PAID):
        assert told.count(kind) == 1
    (found,) = client.v1.checkout.sessions.list(params={"subscription": thing.id}).data
    assert found.id == session.id


def test_a_decline_begins_nothing(client: stripe.StripeClient, world: World) -> None:
    session = sell(client)
    with pytest.raises(requests.HTTPError, match="402"):
        world.pay(session.id, DECLINED)

    assert client.v1.subscriptions.list(params={"status": "all"}).data == []
    assert world.pay(session.id, CARD)["status"] == "complete"
    assert len(client.v1.payment_intents.list().data) == 1


def test_a_free_subscription_needs_no_card(client: stripe.StripeClient, world: World) -> None:
    session = sell(client, a_line_every(amount=0))

    paid = world.pay(session.id)

    assert paid["payment_status"] == "no_payment_required"
    assert client.v1.subscriptions.retrieve(paid["subscription"]).status == "active"
    assert "invoice.paid" in advance(world, 31 * DAY + 60)


def test_the_clock_renews_it(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    first_end = subscription["items"].data[0].current_period_end

    told = advance(world, one_period(subscription))

    assert told == [
        "invoice.created", "invoice.finalized", "customer.subscription.updated",
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", *PAID,
    ]  # fmt: skip
    after = client.v1.subscriptions.retrieve(subscription.id)
    item = after["items"].data[0]
    assert item.current_period_start == first_end
    assert 27 * DAY < item.current_period_end - first_end < 32 * DAY
    invoices = client.v1.invoices.list(params={"subscription": subscription.id}).data
    assert [one.billing_reason for one in invoices] == ["subscription_cycle", "subscription_create"]
    assert [one.status for one in invoices] == ["paid", "paid"]
    assert len({one.number for one in invoices}) == 2


def test_a_long_leap_of_the_clock_renews_every_period(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    assert advance(world, 366 * DAY).count("invoice.paid") == 12

    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_card_that_fails_makes_it_past_due_and_then_ends_it(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    client.v1.subscriptions.update(subscription.id, params={"default_payment_method": FAILS})

    told = advance(world, one_period(subscription))

    assert told[-2:] == ["invoice.payment_failed", "customer.subscription.updated"]
    late = client.v1.subscriptions.retrieve(subscription.id, params={"expand": ["latest_invoice"]})
    assert late.status == "past_due"
    assert isinstance(late.latest_invoice, stripe.Invoice)
    assert (late.latest_invoice.status, late.latest_invoice.attempt_count) == ("open", 1)
    assert late.latest_invoice.next_payment_attempt is not None

    told = advance(world, 10 * DAY)

    assert told.count("invoice.payment_failed") == 3
    assert told[-1] == "customer.subscription.deleted"
    ended = client.v1.subscriptions.retrieve(subscription.id)
    assert ended.status == "canceled"
    assert ended.cancellation_details is not None
    assert ended.cancellation_details.reason == "payment_failed"
    assert client.v1.subscriptions.list().data == []
    assert len(client.v1.subscriptions.list(params={"status": "canceled"}).data) == 1


def test_another_card_brings_it_back(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    client.v1.subscriptions.update(subscription.id, params={"default_payment_method": FAILS})
    advance(world, one_period(subscription))
    client.v1.subscriptions.update(
        subscription.id, params={"default_payment_method": "pm_card_visa"}
    )

    told = advance(world, 3 * DAY)

    assert told[-4:] == [*PAID, "customer.subscription.updated"]
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_an_open_invoice_can_be_paid_by_hand(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    client.v1.subscriptions.update(subscription.id, params={"default_payment_method": FAILS})
    advance(world, one_period(subscription))
    (open_one,) = client.v1.invoices.list(params={"status": "open"}).data
    with pytest.raises(stripe.CardError):
        client.v1.invoices.pay(str(open_one.id))

    paid = client.v1.invoices.pay(str(open_one.id), params={"payment_method": "pm_card_visa"})

    assert paid.status == "paid"
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        client.v1.invoices.pay(str(open_one.id))


def test_it_ends_at_the_end_of_its_period_when_asked(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    client.v1.subscriptions.update(subscription.id, params={"cancel_at_period_end": True})

    assert advance(world, one_period(subscription)) == ["customer.subscription.deleted"]
    assert client.v1.subscriptions.retrieve(subscription.id).ended_at is not None


def test_it_ends_at_once_when_canceled(
    client: stripe.StripeClient, world: World, subscription: stripe.Subscription
) -> None:
    assert client.v1.subscriptions.cancel(subscription.id).status == "canceled"

    assert world.event_types()[-1] == "customer.subscription.deleted"
    assert advance(world, one_period(subscription)) == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.cancel(subscription.id)


@pytest.mark.parametrize(
    ("outcome", "status"), [("succeeded", "active"), ("failed", "incomplete_expired")]
)
def test_a_debit_decides_later(
    client: stripe.StripeClient, world: World, outcome: str, status: str
) -> None:
    paid = world.pay(sell(client, a_line_every(currency="eur")).id, IBAN)
    assert (paid["status"], paid["payment_status"]) == ("complete", "unpaid")
    assert client.v1.subscriptions.retrieve(paid["subscription"]).status == "incomplete"
    (intent,) = client.v1.payment_intents.list().data

    world.call("POST", f"payment_intents/{intent.id}/settle", {"outcome": outcome})

    assert client.v1.subscriptions.retrieve(paid["subscription"]).status == status
    assert ("invoice.paid" in world.event_types()) == (outcome == "succeeded")
    assert world.event_types()[-1].startswith("checkout.session.async_payment_")


def test_a_customer_is_kept_changed_and_deleted(client: stripe.StripeClient, world: World) -> None:
    customer = client.v1.customers.create(
        params={"email": "jenny@example.com", "metadata": {"a": "1"}}
    )
    changed = client.v1.customers.update(customer.id, params={"name": "Jenny"})
    assert (changed.name, changed.email) == ("Jenny", "jenny@example.com")
    (found,) = client.v1.customers.list(params={"email": "jenny@example.com"}).data
    assert found.id == customer.id

    assert client.v1.customers.delete(customer.id).deleted
    assert world.event_types() == ["customer.created", "customer.updated", "customer.deleted"]


def test_a_session_can_make_a_customer_of_its_buyer(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client, customer_creation="always")

    paid = world.pay(session.id, CARD, email="jenny@example.com")

    assert client.v1.customers.retrieve(paid["customer"]).email == "jenny@example.com"
    assert world.pay(a_session(client).id, CARD)["customer"] is None


def test_a_period_that_began_on_the_31st_knows_short_months() -> None:
    january_31 = 1_769_817_600
    monthly = {"interval": "month", "interval_count": 1}
    days = [(end_of(january_31, turn, monthly) - january_31) // DAY for turn in (1, 2, 3)]
    assert days == [28, 59, 89]


def test_an_invoice_names_what_pays_it(client: stripe.StripeClient, world: World) -> None:
    paid = world.pay(sell(client).id, CARD)

    (payment,) = client.v1.invoice_payments.list(params={"invoice": paid["invoice"]}).data

    assert (payment.status, payment.amount_paid) == ("paid", 900)
    assert payment.payment.payment_intent is not None
    intent = client.v1.payment_intents.retrieve(str(payment.payment.payment_intent))
    assert intent.status == "succeeded"
    by_intent = {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    assert client.v1.invoice_payments.list(params=by_intent).data[0].id == payment.id  # type: ignore[arg-type]
