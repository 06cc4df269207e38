"""What Stripe shows of a buyer is read, bounded and cleaned, and never costs a payment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checkout_service.domain.facts.buyer import (
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
from checkout_service.domain.facts.reading import read_buyer
from checkout_service.domain.texts import LONGEST
from checkout_service.stripe_gateway.translate import charge_view, intent_view, session_view
from checkout_service.stripe_gateway.translate_buyer import CARD_NUMBER, with_rate_names

from .stripe_json import a_charge, a_session, an_intent

PLACE = {
    "line1": "Am Kanal 3", "line2": "3. Stock", "city": "Köln", "state": "NW",
    "postal_code": "01234", "country": "DE",
}  # fmt: skip
ADDRESS = Address("Am Kanal 3", "3. Stock", "Köln", "NW", "01234", "DE")
COLLECTED: dict[str, Any] = {
    "customer": "cus_1",
    "customer_details": {
        "address": PLACE,
        "business_name": None,
        "email": "ada@example.com",
        "individual_name": None,
        "name": "Ada Lovelace",
        "phone": "+49221555",
        "tax_exempt": "none",
        "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
    },
    "collected_information": {
        "business_name": None,
        "individual_name": None,
        "shipping_details": {"address": PLACE, "name": "A. Lovelace"},
    },
    "shipping_cost": {
        "amount_subtotal": 700,
        "amount_tax": 133,
        "amount_total": 833,
        "shipping_rate": {"id": "shr_1", "object": "shipping_rate", "display_name": "Post"},
    },
    "custom_fields": [
        {"key": "engraving", "label": {"custom": "Engraving", "type": "custom"}, "optional": True,
         "type": "text", "text": {"value": "To Ada", "default_value": None}},
        {"key": "size", "label": {"custom": "Size", "type": "custom"}, "optional": False,
         "type": "dropdown", "dropdown": {"value": "l", "options": []}},
        {"key": "floor", "label": {"custom": None, "type": "custom"}, "optional": True,
         "type": "numeric", "numeric": {"value": None}},
    ],
    "consent": {"promotions": "opt_in", "terms_of_service": "accepted"},
    "presentment_details": {"presentment_amount": 5099, "presentment_currency": "eur"},
    "invoice": {"id": "in_1", "object": "invoice",
                "hosted_invoice_url": "https://invoice.stripe.com/i/1",
                "invoice_pdf": "https://pay.stripe.com/invoice/1/pdf"},
}  # fmt: skip
CHARGED = {
    "status": "succeeded",
    "livemode": False,
    "billing_details": {"name": "A LOVELACE", "email": "bank@example.com", "phone": None,
                        "address": PLACE, "tax_id": None},
    "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    "receipt_url": "https://pay.stripe.com/receipts/1",
}  # fmt: skip


def told(**changes: object) -> Buyer:
    return session_view(a_session(**(COLLECTED | changes))).buyer


def test_all_that_a_session_collected_is_read() -> None:
    tax_id = TaxId("eu_vat", "DE123456789")

    assert told() == Buyer(
        customer=Customer(
            "cus_1", "Ada Lovelace", "ada@example.com", "+49221555", ADDRESS, (tax_id,)
        ),
        shipping=Shipping("A. Lovelace", None, ADDRESS, ShippingRate("shr_1", "Post", 833)),
        custom_fields=(
            CustomField("engraving", "text", "Engraving", "To Ada"),
            CustomField("size", "dropdown", "Size", "l"),
        ),
        consent=Consent("opt_in", "accepted"),
        presentment=Presentment(5099, "eur"),
        invoice=Invoice(
            "in_1", "https://invoice.stripe.com/i/1", "https://pay.stripe.com/invoice/1/pdf"
        ),
    )


def test_an_event_shows_ids_where_a_look_shows_things() -> None:
    cost = COLLECTED["shipping_cost"] | {"shipping_rate": "shr_1"}

    buyer = told(invoice="in_1", shipping_cost=cost)

    assert buyer.invoice == Invoice("in_1")
    assert buyer.shipping is not None
    assert buyer.shipping.rate == ShippingRate("shr_1", None, 833)


def test_a_way_to_ship_is_no_choice_while_the_page_is_open() -> None:
    assert told(status="open", collected_information=None).shipping is None


def test_an_answer_to_a_create_names_the_ways_that_were_asked_for() -> None:
    asked = {"shipping_options": [{"shipping_rate_data": {"display_name": "Post"}},
                                  {"shipping_rate": "shr_2"}]}  # fmt: skip
    offered = [{"shipping_amount": 1, "shipping_rate": "shr_1"},
               {"shipping_amount": 2, "shipping_rate": "shr_2"}]  # fmt: skip

    assert with_rate_names(Buyer(), asked, {"shipping_options": offered}).rate_names == (
        ("shr_1", "Post"),
    )
    assert with_rate_names(Buyer(), asked, {"shipping_options": offered[:1]}) == Buyer()
    assert with_rate_names(Buyer(), {}, {"shipping_options": "?"}) == Buyer()


def test_a_charge_tells_how_it_was_paid_alone_and_inside_its_intent_and_session() -> None:
    charge = a_charge(**CHARGED)
    intent = an_intent(latest_charge=charge)
    ways = [
        read_buyer(charge_view(charge), of_session=True),
        read_buyer(intent_view(intent), of_session=True),
        read_buyer(session_view(a_session(payment_intent=intent)), of_session=True),
    ]

    for buyer in ways:
        assert buyer.payment_method == PaymentMethod("card", "visa", "4242")
        assert buyer.receipt_url == "https://pay.stripe.com/receipts/1"
    bare = read_buyer(intent_view(intent), of_session=False)
    assert bare.customer == Customer(name="A LOVELACE", email="bank@example.com", address=ADDRESS)


def test_a_payment_that_failed_was_paid_by_nobody() -> None:
    assert charge_view(a_charge(**CHARGED | {"status": "failed"})).buyer == Buyer()


def test_a_payment_without_a_card_has_no_brand() -> None:
    details = {"type": "sepa_debit", "sepa_debit": {"last4": "3201", "bank_code": "19043"}}
    klarna = {"type": "klarna", "klarna": {}}

    for shown, last4 in ((details, "3201"), (klarna, None)):
        method = charge_view(a_charge(**CHARGED | {"payment_method_details": shown}))
        assert method.buyer.payment_method == PaymentMethod(str(shown["type"]), None, last4)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Ada\x00\x1b[31m\nLovelace\ud800", "Ada  [31m Lovelace"),
        ("\u202eAda\u2066Lovelace\ufeff", "Ada Lovelace"),
        ("x" * 9_000, "x" * LONGEST),
        ("  ", None),
        ("4242 4242 4242 4242", CARD_NUMBER),
        ("card: 5555-5555-5555-4444", CARD_NUMBER),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # escaped where it is shown
    ],
)
def test_a_strangers_text_is_cut_and_cleaned_and_no_card_number_is_kept(
    said: str, kept: str | None
) -> None:
    field = COLLECTED["custom_fields"][0] | {"text": {"value": said}}
    details = COLLECTED["customer_details"] | {"name": said, "address": PLACE | {"line2": said}}

    buyer = told(custom_fields=[field], customer_details=details)

    assert buyer.customer is not None
    assert buyer.customer.address is not None
    assert (buyer.customer.name, buyer.customer.address.line2) == (kept, kept)
    assert [given.value for given in buyer.custom_fields] == ([kept] if kept else [])


def test_there_is_a_bound_to_everything_that_is_listed() -> None:
    details = COLLECTED["customer_details"] | {"tax_ids": [{"type": "eu_vat", "value": "1"}] * 999}
    buyer = told(custom_fields=COLLECTED["custom_fields"] * 500, customer_details=details)

    assert buyer.customer is not None
    assert (len(buyer.customer.tax_ids), len(buyer.custom_fields) < 20) == (20, True)


@pytest.mark.parametrize("odd", [1, "text", [1], [[]], {"type": 3}, [{"type": {}}], True])
@pytest.mark.parametrize("part", sorted(set(COLLECTED) - {"customer_details", "shipping_cost"}))
def test_what_has_another_shape_is_left_out_and_the_money_is_read(part: str, odd: Any) -> None:
    view = session_view(a_session(**COLLECTED | {part: odd}))

    assert (view.payment_status, view.amount_total) == ("paid", 5150)
    json.dumps(str(view.buyer)).encode()


@pytest.mark.parametrize("address", ["http://pay.stripe.com/1", "javascript:alert(1)", "//x", 5])
def test_in_live_mode_a_receipt_is_a_page_that_a_buyer_may_be_sent_to(address: object) -> None:
    charge = a_charge(**CHARGED | {"receipt_url": address, "livemode": True})

    assert charge_view(charge).buyer.receipt_url is None
