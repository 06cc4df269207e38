"""Subscriptions and invoices in our words, in the pinned version's shape and in older ones."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.domain.facts.snapshots import InvoiceView, SubscriptionView
from checkout_service.stripe_gateway.event_shape import event_of
from checkout_service.stripe_gateway.fields import Malformed
from checkout_service.stripe_gateway.translate_billing import invoice_view, subscription_view
from tests.stripe_gateway import stripe_json as sj

END = sj.CREATED + 2_592_000
OURS = {"order_id": sj.ORDER_ID}


def a_subscription(**changes: object) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "status": "active",
        "livemode": False,
        "items": {"data": [{"current_period_end": END - 9}, {"current_period_end": END}]},
        "latest_invoice": "in_1",
        "metadata": OURS,
        **changes,
    }


def an_invoice(**changes: object) -> dict[str, Any]:
    details = {"subscription": "sub_1", "metadata": OURS}
    return {
        "id": "in_1",
        "object": "invoice",
        "status": "paid",
        "billing_reason": "subscription_cycle",
        "amount_due": 900,
        "amount_paid": 900,
        "currency": "eur",
        "livemode": False,
        "lines": {"data": [{"period": {"start": sj.CREATED, "end": END}}]},
        "parent": {"type": "subscription_details", "subscription_details": details},
        **changes,
    }


OLD = {"parent": None, "subscription": "sub_1", "subscription_details": {"metadata": OURS}}


@pytest.mark.parametrize("shape", [{}, {"items": {"data": [{}]}, "current_period_end": END}])
def test_a_subscription_is_told_whole(shape: dict[str, Any]) -> None:
    assert subscription_view(a_subscription(**shape)) == SubscriptionView(
        "sub_1", "active", END * 1000, "in_1", sj.ORDER_ID
    )


@pytest.mark.parametrize("shape", [{}, OLD])
def test_an_invoice_is_told_whole(shape: dict[str, Any]) -> None:
    assert invoice_view(an_invoice(**shape)) == InvoiceView(
        "in_1", "sub_1", "paid", "subscription_cycle", 900, 900, "eur", END * 1000, sj.ORDER_ID
    )


@pytest.mark.parametrize("parent", [None, {"type": "quote_details", "subscription_details": None}])
def test_an_invoice_of_no_subscription_is_nobodys(parent: object) -> None:
    assert invoice_view(an_invoice(parent=parent)) is None


@pytest.mark.parametrize(
    ("kind", "thing", "expected"),
    [
        ("invoice.paid", an_invoice(), InvoiceView),
        ("invoice.payment_failed", an_invoice(status="open"), InvoiceView),
        ("customer.subscription.updated", a_subscription(), SubscriptionView),
        ("customer.subscription.deleted", a_subscription(status="canceled"), SubscriptionView),
        ("invoice.created", an_invoice(), type(None)),
        ("invoice.payment_succeeded", an_invoice(), type(None)),
        ("customer.subscription.trial_will_end", a_subscription(), type(None)),
    ],
)
def test_few_events_tell_of_a_change(kind: str, thing: dict[str, Any], expected: type) -> None:
    event = {
        "id": "evt_1", "object": "event", "type": kind, "livemode": False,
        "created": sj.CREATED, "api_version": None, "data": {"object": thing},
    }  # fmt: skip

    subject = event_of(event, b"").subject

    assert isinstance(subject, expected)
    if isinstance(subject, InvoiceView):
        assert subject.failed is (kind == "invoice.payment_failed")


@pytest.mark.parametrize("field", ["id", "status", "items", "metadata", "latest_invoice"])
def test_a_subscription_of_another_shape_is_malformed(field: str) -> None:
    with pytest.raises(Malformed):
        subscription_view(a_subscription(**{field: [1]}))


@pytest.mark.parametrize("field", ["id", "amount_due", "currency", "lines", "parent"])
def test_an_invoice_of_another_shape_is_malformed(field: str) -> None:
    with pytest.raises(Malformed):
        invoice_view(an_invoice(**{field: [1]}))
