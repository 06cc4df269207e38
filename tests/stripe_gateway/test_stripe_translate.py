"""What each field of Stripe's becomes."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.domain.facts.buyer import Buyer, Customer
from checkout_service.domain.facts.snapshots import (
    ChargeView,
    DisputeView,
    IntentView,
    RefundView,
    SessionView,
)
from checkout_service.domain.order.room import ShownLine
from checkout_service.domain.ports.prices import PriceView
from checkout_service.stripe_gateway import translate
from tests.stripe_gateway import stripe_json as sj


def test_a_session_is_told_whole() -> None:
    assert translate.session_view(sj.a_session()) == SessionView(
        id=sj.SESSION_ID,
        status="complete",
        payment_status="paid",
        mode="payment",
        amount_subtotal=5000,
        amount_total=5150,
        currency="usd",
        livemode=False,
        amount_discount=250,
        amount_tax=100,
        amount_shipping=300,
        url=None,
        expires_at=(sj.CREATED + 86_400) * 1000,
        created=sj.CREATED * 1000,
        client_reference_id="ref_1",
        order_id=sj.ORDER_ID,
        attempt_id="att_1",
        intent_id=sj.INTENT_ID,
        customer_email="buyer@example.com",
        buyer=Buyer(customer=Customer(name="A Buyer", email="buyer@example.com")),
    )


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"payment_intent": None}, "intent_id", None),
        ({"payment_intent": sj.an_intent()}, "intent_id", sj.INTENT_ID),
        ({"payment_link": {"id": "plink_1"}}, "payment_link", "plink_1"),
        ({"payment_link": "plink_1"}, "payment_link", "plink_1"),
        ({"subscription": {"id": "sub_1"}}, "subscription_id", "sub_1"),
        ({"subscription": "sub_1"}, "subscription_id", "sub_1"),
        ({"amount_total": None}, "amount_total", 0),
        ({"total_details": None}, "amount_tax", 0),
        ({"total_details": {"amount_shipping": None}}, "amount_shipping", 0),
        ({"currency": None}, "currency", ""),
        ({"status": None}, "status", None),
        ({"metadata": None}, "order_id", None),
        ({"metadata": {}}, "attempt_id", None),
        ({"customer_details": None, "customer_email": "x@y.z"}, "customer_email", "x@y.z"),
        ({"customer_details": {"email": None}}, "customer_email", None),
        ({"recovered_from": "cs_test_0"}, "recovered_from", "cs_test_0"),
        ({"after_expiration": {"recovery": None}}, "recovery_url", None),
        (
            {"after_expiration": {"recovery": {"url": "https://buy.stripe.com/r/x"}}},
            "recovery_url",
            "https://buy.stripe.com/r/x",
        ),
        ({"url": "http://127.0.0.1:4242/c/pay/x"}, "url", "http://127.0.0.1:4242/c/pay/x"),
        ({"payment_status": "some_new_word"}, "payment_status", "some_new_word"),
        ({"client_reference_id": "nul\x00"}, "client_reference_id", None),
        ({"client_reference_id": "half \ud800"}, "client_reference_id", None),
        ({"client_reference_id": "x" * 5000}, "client_reference_id", None),
    ],
)
def test_a_field_of_a_session(changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(translate.session_view(sj.a_session(**changes)), field) == expected


def test_an_expanded_intent_comes_along() -> None:
    intent = sj.an_intent(status="processing", amount_received=0)

    view = translate.session_view(sj.a_session(payment_intent=intent))

    assert view.intent is not None
    assert view.intent.status == "processing"


@pytest.mark.parametrize(
    ("kind", "failed"),
    [
        ("checkout.session.async_payment_failed", True),
        ("checkout.session.async_payment_succeeded", False),
        ("checkout.session.completed", False),
    ],
)
def test_only_the_event_of_a_failed_delayed_payment_says_so(kind: str, *, failed: bool) -> None:
    subject = translate.subject_of(kind, sj.a_session())

    assert isinstance(subject, SessionView)
    assert subject.async_failed is failed


@pytest.mark.parametrize(
    ("status", "method", "late"),
    [
        ("requires_payment_method", "card", False),
        ("requires_payment_method", "link", False),
        ("requires_payment_method", "klarna", False),
        ("requires_payment_method", "sepa_debit", True),
        ("requires_payment_method", "us_bank_account", True),
        ("requires_payment_method", "boleto", True),
        ("requires_payment_method", "oxxo", True),
        ("requires_payment_method", "konbini", True),
        ("requires_payment_method", "multibanco", True),
        ("requires_payment_method", "customer_balance", True),
        ("requires_payment_method", None, False),
        ("processing", "sepa_debit", False),
        ("succeeded", "sepa_debit", False),
    ],
)
def test_a_failure_is_late_only_for_delayed_methods(
    status: str, method: str | None, *, late: bool
) -> None:
    failure = {"payment_method": {"type": method} if method else None}

    view = translate.intent_view(sj.an_intent(status=status, last_payment_error=failure))

    assert view.delayed_failure is late


def test_the_other_objects_are_told_whole() -> None:
    at = sj.CREATED * 1000

    assert translate.intent_view(sj.an_intent(receipt_email="x@y.z")) == IntentView(
        sj.INTENT_ID, "succeeded", 5150, 5150, "usd", livemode=False,
        order_id=sj.ORDER_ID, attempt_id="att_1", created=at, customer_email="x@y.z",
        buyer=Buyer(customer=Customer(email="x@y.z")),
    )  # fmt: skip
    assert translate.refund_view(sj.a_refund()) == RefundView(
        "re_1", 150, "usd", "succeeded", sj.INTENT_ID, "ch_1", at
    )
    assert not translate.refund_view(sj.a_refund(balance_transaction=None)).booked
    assert translate.dispute_view(sj.a_dispute()) == DisputeView(
        "du_1", 5150, "usd", "needs_response", sj.INTENT_ID, "ch_1", "fraudulent", at + 7000, at
    )
    assert translate.charge_view(sj.a_charge(amount_refunded=9, disputed=True)) == ChargeView(
        "ch_1", sj.INTENT_ID, 9, disputed=True, order_id=sj.ORDER_ID
    )
    assert translate.price_view(sj.a_price()) == PriceView(
        "price_1", 2500, "usd", None, active=True
    )


def test_a_recurring_price_says_how_often() -> None:
    monthly = sj.a_price(recurring={"interval": "month", "interval_count": 3, "meter": None})

    view = translate.price_view(monthly)

    assert view.recurring == {"interval": "month", "interval_count": 3}


LINES = [{"quantity": 2, "amount_subtotal": 400, "amount_total": 460},
         {"quantity": 1, "amount_subtotal": 100, "amount_total": 100}]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "lines", "total"),
    [
        ({}, None, None),
        ({"line_items": sj.a_list(*LINES)}, ((2, 400), (1, 100)), 560),
        ({"line_items": sj.a_list(*LINES, has_more=True)}, None, None),
        ({"line_items": sj.a_list()}, (), 0),
    ],
)
def test_line_items_count_where_all_of_them_were_shown(
    changes: dict[str, Any], lines: tuple[tuple[int, int], ...] | None, total: int | None
) -> None:
    view = translate.session_view(sj.a_session(**changes))

    shown = None if view.lines is None else tuple(line[:2] for line in view.lines)
    assert (shown, view.lines_total) == (lines, total)


def test_a_line_says_which_price_it_is_of_and_where_it_stands_in_its_order() -> None:
    price = {"id": "price_1", "unit_amount": 200}
    known = LINES[0] | {"price": price, "metadata": {"checkout_place": "1"}, "description": "Cup"}
    odd = LINES[1] | {"price": "price_2", "metadata": {"checkout_place": "x"}}

    view = translate.session_view(sj.a_session(line_items=sj.a_list(known, odd)))

    assert view.lines == (
        ShownLine(2, 400, 200, "price_1", 1, "Cup"),
        ShownLine(1, 100, None, "price_2", None, ""),
    )


@pytest.mark.parametrize(
    ("cost", "tax"), [(None, 0), ({}, 0), ({"amount_tax": None}, 0), ({"amount_tax": 19}, 19)]
)
def test_the_tax_on_shipping_is_told_apart(cost: object, tax: int) -> None:
    assert translate.session_view(sj.a_session(shipping_cost=cost)).shipping_tax == tax


def test_a_refund_tells_which_request_of_ours_it_answers() -> None:
    ours = sj.a_refund(metadata={"checkout_request_id": "mwr_1"})

    assert translate.refund_view(ours).request_id == "mwr_1"
    assert translate.refund_view(sj.a_refund(metadata=None)).request_id is None
    assert translate.refund_view(sj.a_refund(status=None)).status == "pending"


def test_a_canceled_intent_says_why() -> None:
    abandoned = sj.an_intent(status="canceled", cancellation_reason="abandoned")

    assert translate.intent_view(abandoned).cancellation_reason == "abandoned"
    assert translate.intent_view(sj.an_intent()).cancellation_reason is None


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (sj.a_session(), SessionView),
        (sj.an_intent(), IntentView),
        (sj.a_refund(), RefundView),
        (sj.a_dispute(), DisputeView),
        (sj.a_charge(), ChargeView),
        ({"object": "customer", "id": "cus_1"}, type(None)),
        ({"object": "invoice", "id": "in_1"}, type(None)),
    ],
)
def test_a_subject_is_known_by_its_object(subject: sj.Json, expected: type) -> None:
    assert type(translate.subject_of("some.event", subject)) is expected
