"""What is known and told of a subscription, whatever order Stripe's events come in."""

from __future__ import annotations

from itertools import permutations

import pytest

from checkout_service.domain.facts.snapshots import Billing, InvoiceView, SubscriptionView
from checkout_service.domain.order.settlement import Message, MessageKind
from checkout_service.domain.order.subscriptions import Subscription, follow, owed

RENEWED = MessageKind.SUBSCRIPTION_RENEWED
LATE = MessageKind.SUBSCRIPTION_PAST_DUE
ENDED = MessageKind.SUBSCRIPTION_ENDED
Event = tuple[Billing, int]


def sub(status: str, end: int = 100, invoice: str = "in_2") -> SubscriptionView:
    return SubscriptionView("sub_1", status, end, invoice)


def bill(
    *, failed: bool = False, name: str = "in_2", reason: str = "subscription_cycle"
) -> InvoiceView:
    paid = 0 if failed else 900
    status = "open" if failed else "paid"
    return InvoiceView(name, "sub_1", status, reason, 900, paid, "eur", 100, failed=failed)


def live(events: tuple[Event, ...]) -> tuple[Subscription, list[Message]]:
    """Take events in, one after the other; return what is known and told in the end."""
    known, told = Subscription("sub_1"), list[Message]()
    for facts, at in events:
        message = owed(known, facts, told)
        known = follow(known, facts, at=at)
        told += [message] if message else []
    return known, told


def test_a_renewal_ends_active_in_any_order() -> None:
    events: tuple[Event, ...] = ((sub("active"), 10), (bill(), 12), (bill(), 12))

    for order in permutations(events):
        known, told = live(order)

        assert (known.status, known.current_period_end) == ("active", 100)
        assert told == [Message(RENEWED, "in_2")]


def test_a_failed_renewal_is_told_once_in_any_order() -> None:
    events: tuple[Event, ...] = (
        (sub("active"), 10), (bill(failed=True), 10), (sub("past_due"), 10),
        (bill(failed=True), 20),
    )  # fmt: skip

    for order in permutations(events):
        known, told = live(order)

        assert known.status == "past_due"
        assert told == [Message(LATE, "in_2")]


def test_an_old_failure_does_not_take_a_renewal_back() -> None:
    known, told = live(((bill(), 30), (bill(failed=True), 10), (sub("past_due"), 10)))

    assert known.status == "active"
    assert told == [Message(RENEWED, "in_2")]


def test_the_end_is_final_and_told_once() -> None:
    events = ((sub("canceled"), 40), (sub("past_due"), 30), (bill(failed=True), 30))
    known, told = live((*events, (sub("canceled"), 40), (sub("active"), 50)))

    assert known.status == "canceled"
    assert told == [Message(ENDED, "sub_1")]


def test_money_that_came_before_the_end_is_told_after_it() -> None:
    known, told = live(((sub("canceled"), 40), (bill(), 30)))

    assert known.status == "canceled"
    assert [message.kind for message in told] == [ENDED, RENEWED]


@pytest.mark.parametrize(
    "facts",
    [
        bill(reason="subscription_create"),
        bill(reason="subscription_create", failed=True),
        bill(reason="subscription_update"),
        sub("incomplete"),
        sub("incomplete_expired"),
        sub("trialing"),
        sub("active"),
    ],
)
def test_what_the_order_itself_tells_is_not_told_again(facts: Billing) -> None:
    assert live(((facts, 10),))[1] == []


def test_the_next_invoice_that_fails_is_told_too() -> None:
    _, told = live((
        (bill(failed=True), 10), (sub("past_due"), 10), (sub("past_due", 200, "in_3"), 50),
        (bill(failed=True, name="in_3"), 51), (sub("unpaid", 200, "in_3"), 60),
    ))  # fmt: skip

    assert told == [Message(LATE, "in_2"), Message(LATE, "in_3")]
