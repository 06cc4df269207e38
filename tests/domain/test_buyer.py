"""What is known of a buyer only grows, and of one part the later observation counts."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from checkout_service.domain.facts.buyer import (
    Address,
    Buyer,
    Customer,
    Invoice,
    PaymentMethod,
    Shipping,
    ShippingRate,
)
from checkout_service.domain.facts.fact import Seen
from checkout_service.domain.facts.known_buyer import NOT_KNOWN, KnownBuyer, join
from checkout_service.domain.facts.snapshots import ChargeView, SessionView
from checkout_service.domain.status import AttemptKind

from .build import INTENT, attempt, intent, ledger, session, settled

HOME, OFFICE = Address(line1="Weg 1", country="DE"), Address(line1="Platz 2", country="DE")
ADA = Customer(name="Ada", email="ada@example.com", address=HOME)
VISA, DEBIT = PaymentMethod("card", "visa", "4242"), PaymentMethod("sepa_debit", None, "3201")
CARDHOLDER = Buyer(
    customer=Customer(name="A. Lovelace", email="bank@example.com"),
    shipping=Shipping(name="Somebody"),
    payment_method=VISA,
    receipt_url="https://pay.stripe.com/receipts/1",
)


def at(seconds: int) -> Seen:
    return Seen(seconds * 1000)


def known(*shown: tuple[int, Buyer]) -> KnownBuyer:
    buyer = NOT_KNOWN
    for seconds, parts in shown:
        buyer = join(buyer, parts, at(seconds))
    return buyer


def test_what_lacks_a_part_empties_none() -> None:
    buyer = known((1, Buyer(customer=ADA, payment_method=VISA)), (2, Buyer()))

    assert (buyer.customer, buyer.payment_method) == (ADA, VISA)
    again = join(buyer, Buyer(customer=Customer(phone="+49301")), at(3))
    assert again.customer == replace(ADA, phone="+49301")


def test_the_later_observation_of_a_part_counts_in_every_order_of_arrival() -> None:
    seen = [
        (1, Buyer(customer=Customer(name="A", email="old@example.com"))),
        (2, Buyer(customer=ADA, invoice=Invoice("in_1", "https://invoice.stripe.com/i"))),
        (3, Buyer(customer=replace(ADA, address=OFFICE), invoice=Invoice("in_1"))),
    ]
    for order in permutations(seen):
        buyer = known(*order)

        assert buyer.customer == replace(ADA, address=OFFICE)
        assert buyer.invoice == Invoice("in_1", "https://invoice.stripe.com/i")


def test_a_memory_never_overrides_a_look_made_after_it() -> None:
    looked = known((9, Buyer(shipping=Shipping(name="Ada", address=OFFICE))))

    after = join(
        looked, Buyer(shipping=Shipping(address=HOME, phone="+49301")), Seen(2000, by_event=True)
    )

    assert after.shipping == Shipping(name="Ada", phone="+49301", address=OFFICE)


def test_of_two_ways_to_pay_nothing_is_mixed() -> None:
    assert known((1, Buyer(payment_method=VISA)), (2, Buyer(payment_method=DEBIT))) == replace(
        NOT_KNOWN, payment_method=DEBIT, seen={"payment_method": at(2)}
    )


@pytest.mark.parametrize("first", [True, False])
def test_the_way_to_ship_is_called_by_its_name_whenever_that_was_learned(*, first: bool) -> None:
    names = (1, Buyer(rate_names=(("shr_1", "Post"), ("shr_2", "Express"))))
    chosen = (2, Buyer(shipping=Shipping(rate=ShippingRate("shr_2", None, 1700))))

    buyer = known(*([names, chosen] if first else [chosen, names]))

    assert buyer.shipping == Shipping(rate=ShippingRate("shr_2", "Express", 1700))


def test_a_name_that_a_look_has_shown_outlives_an_event_without_it() -> None:
    shown = (1, Buyer(shipping=Shipping(rate=ShippingRate("shr_2", "Express", 1700))))
    bare = Buyer(shipping=Shipping(rate=ShippingRate("shr_2", None, 1700)))

    assert known(shown, (2, bare)).shipping == shown[1].shipping


def test_the_payment_behind_a_session_tells_only_how_it_was_paid() -> None:
    view = session(buyer=Buyer(customer=ADA), intent=intent(buyer=CARDHOLDER))

    (by_look,) = settled(ledger(), view, looked=True).after.attempts
    charge = ChargeView("ch_1", INTENT, buyer=CARDHOLDER)
    (by_events,) = settled(ledger(), replace(view, intent=None), charge).after.attempts

    for buyer in (by_look.buyer, by_events.buyer):
        assert (buyer.customer, buyer.shipping) == (ADA, None)
        assert (buyer.payment_method, buyer.receipt_url) == (VISA, CARDHOLDER.receipt_url)


def test_a_bare_payment_tells_whose_it_is() -> None:
    before = ledger(attempt(kind=AttemptKind.INTENT, session_id=None))

    (paid,) = settled(before, intent(buyer=CARDHOLDER), looked=True).after.attempts

    assert (paid.buyer.customer, paid.buyer.payment_method) == (CARDHOLDER.customer, VISA)


def test_the_charge_of_another_payment_tells_nothing() -> None:
    before = ledger(attempt(intent_id=INTENT))

    after = settled(before, ChargeView("ch_2", "pi_2", buyer=CARDHOLDER)).after

    assert after == before


def test_who_was_erased_stays_so() -> None:
    view: SessionView = session(buyer=Buyer(customer=ADA), intent=intent(buyer=CARDHOLDER))

    (paid,) = settled(ledger(erased=True), view, looked=True).after.attempts

    assert paid.won
    assert paid.buyer == NOT_KNOWN
