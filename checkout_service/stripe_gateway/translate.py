"""Stripe's JSON in our words. Only here is it known how Stripe spells things.

A wrong type raises Malformed. Unknown words pass: the domain holds what it does not know.
"""

from __future__ import annotations

from collections.abc import Callable

from checkout_service.domain.facts.snapshots import (
    ChargeView,
    DisputeView,
    FraudWarningView,
    IntentView,
    RefundView,
    SessionView,
    Subject,
)
from checkout_service.domain.order.room import ShownLine
from checkout_service.domain.ports.prices import PriceView

from .fields import (
    Json,
    Malformed,
    address,
    flag,
    identifier,
    livemode,
    maybe_moment,
    maybe_object,
    maybe_word,
    moment,
    number,
    reference,
    text,
    wants_object,
    word,
)
from .translate_buyer import buyer_of, of_charge, of_intent, of_session

ORDER_KEY, ATTEMPT_KEY, REQUEST_KEY = "order_id", "checkout_attempt_id", "checkout_request_id"
PLACE_KEY = "checkout_place"
"""Of a line item: where it stands in its order."""
CHOICE_KEY = "checkout_choice"
"""Of a session whose buyer may change the lines."""

# What a buyer does at once, in the browser: the payment is still in the buyer's own hands.
_BUYERS_OWN_STEPS = frozenset(("use_stripe_sdk", "blik_authorize"))

# Methods that report days after the buyer left; the rest fail in the buyer's sight.
# https://docs.stripe.com/payments/payment-methods#payment-notification
DELAYED_METHODS = frozenset((
    "acss_debit", "au_becs_debit", "bacs_debit", "boleto", "customer_balance", "konbini",
    "multibanco", "nz_bank_account", "oxxo", "payto", "sepa_debit", "sofort", "us_bank_account",
))  # fmt: skip


def session_view(data: Json, *, async_failed: bool = False) -> SessionView:
    """Translate a Checkout Session; its intent comes along when it was expanded."""
    live = livemode(data)
    metadata = maybe_object(data.get("metadata"), "metadata")
    totals = maybe_object(data.get("total_details"), "total_details")
    buyer = maybe_object(data.get("customer_details"), "customer_details")
    after = maybe_object(data.get("after_expiration"), "after_expiration")
    recovery = maybe_object(after.get("recovery"), "recovery")
    intent = data.get("payment_intent")
    return SessionView(
        id=identifier(data, "id"),
        status=maybe_word(data, "status"),
        payment_status=word(data, "payment_status"),
        mode=word(data, "mode"),
        amount_subtotal=number(data, "amount_subtotal"),
        amount_total=number(data, "amount_total"),
        currency=maybe_word(data, "currency") or "",
        livemode=live,
        amount_discount=number(totals, "amount_discount"),
        amount_tax=number(totals, "amount_tax"),
        amount_shipping=number(totals, "amount_shipping"),
        shipping_tax=_shipping_tax(data),
        url=address(data, "url", live=live),
        expires_at=maybe_moment(data, "expires_at"),
        created=moment(data, "created"),
        client_reference_id=text(data, "client_reference_id"),
        payment_link=reference(data, "payment_link"),
        order_id=text(metadata, ORDER_KEY),
        attempt_id=text(metadata, ATTEMPT_KEY),
        intent_id=reference(data, "payment_intent"),
        intent=intent_view(intent) if isinstance(intent, dict) else None,
        customer_email=text(buyer, "email") or text(data, "customer_email"),
        subscription_id=reference(data, "subscription"),
        recovered_from=reference(data, "recovered_from"),
        recovery_url=address(recovery, "url", live=live),
        async_failed=async_failed,
        lines=_lines(data.get("line_items")),
        lines_total=_lines_total(data.get("line_items")),
        buyer=buyer_of(of_session, data, live=live),
    )


def _shipping_tax(session: Json) -> int:
    cost = maybe_object(session.get("shipping_cost"), "shipping_cost")
    return number(cost, "amount_tax")


def _items(listing: object) -> list[Json] | None:
    """Return the line items; None unless all of them were shown."""
    if listing is None:
        return None
    page = wants_object(listing, "line_items")
    items = page.get("data")
    if not isinstance(items, list) or flag(page, "has_more"):
        return None
    return [wants_object(item, "line_items") for item in items]


def _lines(listing: object) -> tuple[ShownLine, ...] | None:
    items = _items(listing)
    return None if items is None else tuple(map(_line, items))


def _line(item: Json) -> ShownLine:
    price = item.get("price")
    unit = price.get("unit_amount") if isinstance(price, dict) else None
    place = text(maybe_object(item.get("metadata"), "metadata"), PLACE_KEY) or ""
    return ShownLine(
        quantity=number(item, "quantity"),
        amount=number(item, "amount_subtotal"),
        unit_amount=unit if type(unit) is int else None,
        price=reference(item, "price"),
        place=int(place) if place.isdecimal() else None,
        name=text(item, "description") or "",
    )


def _lines_total(listing: object) -> int | None:
    """Sum what the line items cost, with discounts taken off and the tax that is on top."""
    items = _items(listing)
    return None if items is None else sum(number(item, "amount_total") for item in items)


def intent_view(data: Json) -> IntentView:
    live = livemode(data)
    metadata = maybe_object(data.get("metadata"), "metadata")
    return IntentView(
        id=identifier(data, "id"),
        status=word(data, "status"),
        amount=number(data, "amount"),
        amount_received=number(data, "amount_received"),
        currency=word(data, "currency"),
        livemode=live,
        order_id=text(metadata, ORDER_KEY),
        attempt_id=text(metadata, ATTEMPT_KEY),
        delayed_failure=_failed_late(data),
        created=moment(data, "created"),
        customer_email=text(data, "receipt_email"),
        waits=_waits_for(data) is not None,
        waits_until=_end_of_voucher(data),
        cancellation_reason=maybe_word(data, "cancellation_reason"),
        buyer=buyer_of(of_intent, data, live=live),
        manual=maybe_word(data, "capture_method") == "manual",
        capture_before=_capture_before(data),
        request_id=text(metadata, REQUEST_KEY),
    )


def _capture_before(intent: Json) -> int | None:
    """Read when an authorisation ends, if its charge was shown and says so."""
    charge = intent.get("latest_charge")
    if not isinstance(charge, dict):
        return None
    paid_with = maybe_object(charge.get("payment_method_details"), "payment_method_details")
    kind = maybe_word(paid_with, "type")
    details = maybe_object(paid_with.get(kind), kind) if kind else {}
    return maybe_moment(details, "capture_before")


def _waits_for(intent: Json) -> str | None:
    """Name the voucher or transfer that a buyer was shown; None for a step taken in the browser.

    https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action
    """
    if intent.get("status") != "requires_action":
        return None
    kind = maybe_word(maybe_object(intent.get("next_action"), "next_action"), "type")
    if kind is None or kind in _BUYERS_OWN_STEPS or "redirect" in kind:
        return None
    return kind


def _end_of_voucher(intent: Json) -> int | None:
    """Read when a voucher ends, however its kind spells that."""
    kind = _waits_for(intent)
    if kind is None:
        return None
    action = maybe_object(intent.get("next_action"), "next_action")
    details = maybe_object(action.get(kind), kind)
    return maybe_moment(details, "expires_at") or maybe_moment(details, "expires_after")


def _failed_late(intent: Json) -> bool:
    if intent.get("status") != "requires_payment_method":
        return False
    error = maybe_object(intent.get("last_payment_error"), "last_payment_error")
    method = maybe_object(error.get("payment_method"), "payment_method")
    return method.get("type") in DELAYED_METHODS


def refund_view(data: Json) -> RefundView:
    return RefundView(
        id=identifier(data, "id"),
        amount=number(data, "amount"),
        currency=word(data, "currency"),
        status=maybe_word(data, "status") or "pending",
        intent_id=reference(data, "payment_intent"),
        charge_id=reference(data, "charge"),
        created=moment(data, "created"),
        request_id=text(maybe_object(data.get("metadata"), "metadata"), REQUEST_KEY),
        booked=data.get("balance_transaction", "not shown") is not None,
    )


def dispute_view(data: Json) -> DisputeView:
    evidence = maybe_object(data.get("evidence_details"), "evidence_details")
    return DisputeView(
        id=identifier(data, "id"),
        amount=number(data, "amount"),
        currency=word(data, "currency"),
        status=word(data, "status"),
        intent_id=reference(data, "payment_intent"),
        charge_id=reference(data, "charge"),
        reason=text(data, "reason") or "",
        evidence_due_at=maybe_moment(evidence, "due_by"),
        created=moment(data, "created"),
    )


def charge_view(data: Json) -> ChargeView:
    metadata = maybe_object(data.get("metadata"), "metadata")
    return ChargeView(
        id=identifier(data, "id"),
        intent_id=reference(data, "payment_intent"),
        amount_refunded=number(data, "amount_refunded"),
        disputed=flag(data, "disputed"),
        order_id=text(metadata, ORDER_KEY),
        buyer=buyer_of(of_charge, data, live=data.get("livemode") is True),
    )


def warning_view(data: Json) -> FraudWarningView:
    return FraudWarningView(
        id=identifier(data, "id"),
        intent_id=reference(data, "payment_intent"),
        charge_id=reference(data, "charge"),
        fraud_type=word(data, "fraud_type"),
        actionable=flag(data, "actionable"),
        created=moment(data, "created"),
    )


def price_view(data: Json) -> PriceView:
    recurring = maybe_object(data.get("recurring"), "recurring")
    amount = data.get("unit_amount")
    return PriceView(
        id=identifier(data, "id"),
        unit_amount=None if amount is None else number(data, "unit_amount"),
        currency=word(data, "currency"),
        recurring={
            "interval": word(recurring, "interval"),
            "interval_count": number(recurring, "interval_count") or 1,
        }
        if recurring
        else None,
        active=flag(data, "active"),
    )


_SUBJECTS: dict[str, Callable[[Json], Subject]] = {
    "payment_intent": intent_view,
    "refund": refund_view,
    "dispute": dispute_view,
    "charge": charge_view,
    "radar.early_fraud_warning": warning_view,
}


def subject_of(event_type: str, data: Json) -> Subject | None:
    """Translate what an event is about; None for kinds of objects that bear on no order."""
    kind = data.get("object")
    if kind == "checkout.session":
        failed = event_type == "checkout.session.async_payment_failed"
        return session_view(data, async_failed=failed)
    if not isinstance(kind, str):
        raise Malformed("object")
    translate = _SUBJECTS.get(kind)
    return translate(data) if translate else None
