"""What Stripe shows of a buyer, in our words: the same of a session, an intent and a charge.

Text of a stranger's is cut and cleaned, and what cannot be read is left out: nothing here may cost
a payment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import TypeVar

from checkout_service.domain.card_numbers import holds_card_number
from checkout_service.domain.facts.buyer import (
    NOBODY,
    Address,
    Buyer,
    Consent,
    Customer,
    CustomField,
    Invoice,
    PaymentMethod,
    Presentment,
    Shipping,
    ShippingRate,
    TaxId,
)
from checkout_service.domain.replaced import replace
from checkout_service.domain.texts import LONGEST, without_control_characters

from .fields import Json, Malformed, address, maybe_object, maybe_word, number, reference, word

log = logging.getLogger(__name__)

CARD_NUMBER = "[a card number]"
"""Stands for what a buyer typed into the wrong field."""
_MOST = 20  # of anything that Stripe lists; it asks for three fields at most
_LINES = tuple(line.name for line in fields(Address) if line.name != "postal_code")
_NO_ADDRESS, _NO_CONSENT, _NO_CUSTOMER, _NO_SHIPPING = Address(), Consent(), Customer(), Shipping()

Part = TypeVar("Part")


def buyer_of(read: Callable[..., Buyer], data: Json, **how: bool) -> Buyer:
    """Read what an object shows of its buyer; nobody, where that is not of the shape we know."""
    try:
        return read(data, **how)
    except Malformed as error:
        log.warning("stripe.buyer_unreadable", extra={"field": str(error)})
        return NOBODY


def of_session(data: Json, *, live: bool) -> Buyer:
    """Read what a session collected; the payment behind it tells how it was paid."""
    details = maybe_object(data.get("customer_details"), "customer_details")
    collected = maybe_object(data.get("collected_information"), "collected_information")
    names = details.get("name"), collected.get("individual_name"), collected.get("business_name")
    return Buyer(
        customer=_customer(data, details, name=next(filter(None, names), None)),
        shipping=_shipping_of_session(data, collected),
        custom_fields=tuple(_custom_fields(data.get("custom_fields"))),
        consent=_consent(data),
        presentment=_presentment(data),
        invoice=_invoice(data, live=live),
    )


def with_rate_names(buyer: Buyer, asked: Json, answer: Json) -> Buyer:
    """Note what the ways to ship that we asked for are called: the answer gives ids in their order.

    Later answers and events show the id of the one that was chosen, and no more.
    """
    return buyer_of(lambda data: _named(buyer, asked, data), answer)


def _named(buyer: Buyer, asked: Json, answer: Json) -> Buyer:
    offered = [reference(way, "shipping_rate") for way in _objects(answer.get("shipping_options"))]
    ways = asked.get("shipping_options", [])
    if len(ways) != len(offered):
        return buyer
    names = [way.get("shipping_rate_data", {}).get("display_name") for way in ways]
    both = zip(offered, names, strict=True)
    return replace(buyer, rate_names=tuple((rate, name) for rate, name in both if rate and name))


def of_intent(data: Json, *, live: bool) -> Buyer:
    """Read what an intent shows, with its latest charge where that was expanded."""
    shown = Buyer(
        customer=_customer(data, {"email": data.get("receipt_email")}),
        shipping=_shipping(maybe_object(data.get("shipping"), "shipping")),
        presentment=_presentment(data),
    )
    charge = data.get("latest_charge")
    if not isinstance(charge, dict):
        return shown
    paid = of_charge(charge, live=live)
    return replace(paid.beside(shown), shipping=shown.shipping or paid.shipping)


def of_charge(data: Json, *, live: bool) -> Buyer:
    """Read how a charge was paid and by whom; one that failed was paid by nobody."""
    if data.get("status") == "failed":
        return NOBODY
    details = maybe_object(data.get("billing_details"), "billing_details")
    email = details.get("email") or data.get("receipt_email")
    return Buyer(
        customer=_customer(data, {**details, "email": email}, name=details.get("name")),
        shipping=_shipping(maybe_object(data.get("shipping"), "shipping")),
        presentment=_presentment(data),
        payment_method=_payment_method(data),
        receipt_url=address(data, "receipt_url", live=live),
    )


def _unless_empty(part: Part, nothing: Part) -> Part | None:
    return None if part == nothing else part


def _text(value: object, what: str) -> str | None:
    """Read one line of a buyer's; a card number in it is never kept."""
    line = _number(value, what)
    return CARD_NUMBER if line is not None and holds_card_number(line) else line


def _number(value: object, what: str) -> str | None:
    """Read a telephone or tax number, which may well look like a card's."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Malformed(what)
    return without_control_characters(value)[:LONGEST].strip() or None


def _customer(data: Json, details: Json, name: object = None) -> Customer | None:
    customer = Customer(
        id=reference(data, "customer"),
        name=_text(name, "name"),
        email=_text(details.get("email"), "email"),
        phone=_number(details.get("phone"), "phone"),
        address=_address(details.get("address")),
        tax_ids=tuple(_tax_ids(details.get("tax_ids"))),
    )
    return _unless_empty(customer, _NO_CUSTOMER)


def _address(value: object) -> Address | None:
    given = maybe_object(value, "address")
    lines = {name: _text(given.get(name), name) for name in _LINES}
    code = _number(given.get("postal_code"), "postal_code")
    return _unless_empty(Address(**lines, postal_code=code), _NO_ADDRESS)


def _tax_ids(value: object) -> Iterator[TaxId]:
    for item in _objects(value, "tax_ids"):
        yield TaxId(word(item, "type"), _number(item.get("value"), "value"))


def _shipping_of_session(data: Json, collected: Json) -> Shipping | None:
    shipping = _shipping(maybe_object(collected.get("shipping_details"), "shipping_details"))
    rate = _rate(data)
    if rate is None:
        return shipping
    return replace(shipping or _NO_SHIPPING, rate=rate)


def _shipping(given: Json) -> Shipping | None:
    shipping = Shipping(
        name=_text(given.get("name"), "name"),
        phone=_number(given.get("phone"), "phone"),
        address=_address(given.get("address")),
    )
    return _unless_empty(shipping, _NO_SHIPPING)


def _rate(session: Json) -> ShippingRate | None:
    """Read the way to ship; while the page is open it is no choice yet, but the first offer."""
    cost = maybe_object(session.get("shipping_cost"), "shipping_cost")
    if not cost or session.get("status") != "complete":
        return None
    rate = cost.get("shipping_rate")
    name = rate.get("display_name") if isinstance(rate, dict) else None
    return ShippingRate(
        id=reference(cost, "shipping_rate"),
        name=_text(name, "display_name"),
        amount=number(cost, "amount_total"),
    )


def _custom_fields(value: object) -> Iterator[CustomField]:
    """Read the fields that the buyer filled in, each by its kind: text, numeric, dropdown."""
    for item in _objects(value, "custom_fields"):
        kind = word(item, "type")
        given = _text(maybe_object(item.get(kind), kind).get("value"), "value")
        key = _text(item.get("key"), "key")
        if given is not None and key is not None:
            label = maybe_object(item.get("label"), "label").get("custom")
            yield CustomField(key, kind, _text(label, "label"), given)


def _consent(session: Json) -> Consent | None:
    given = maybe_object(session.get("consent"), "consent")
    consent = Consent(maybe_word(given, "promotions"), maybe_word(given, "terms_of_service"))
    return _unless_empty(consent, _NO_CONSENT)


def _presentment(data: Json) -> Presentment | None:
    given = maybe_object(data.get("presentment_details"), "presentment_details")
    if not given:
        return None
    amount = number(given, "presentment_amount")
    return Presentment(amount, word(given, "presentment_currency"))


def _payment_method(charge: Json) -> PaymentMethod | None:
    details = maybe_object(charge.get("payment_method_details"), "payment_method_details")
    kind = maybe_word(details, "type")
    if kind is None:
        return None
    return _method(kind, details, reference(charge, "payment_method"))


def method_of(data: object) -> PaymentMethod | None:
    """Read a way to pay that was saved, where it was shown and not only named."""
    given = data if isinstance(data, dict) else {}
    kind = maybe_word(given, "type")
    return None if kind is None else _method(kind, given, reference(given, "id"))


def _method(kind: str, details: Json, name: str | None) -> PaymentMethod:
    shown = maybe_object(details.get(kind), kind)
    return PaymentMethod(kind, maybe_word(shown, "brand"), maybe_word(shown, "last4"), name)


def _invoice(session: Json, *, live: bool) -> Invoice | None:
    invoice = reference(session, "invoice")
    if invoice is None:
        return None
    whole = session["invoice"]
    shown = whole if isinstance(whole, dict) else {}
    page = address(shown, "hosted_invoice_url", live=live)
    return Invoice(invoice, page, address(shown, "invoice_pdf", live=live))


def _objects(value: object, what: str = "list") -> list[Json]:
    """Read a list of objects; no more of them than Stripe can mean."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(what)
    return [maybe_object(item, what) for item in value[:_MOST]]
