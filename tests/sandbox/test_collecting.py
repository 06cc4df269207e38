"""A session asks its buyer for what it was told to ask, and shows the answers as Stripe does."""

from __future__ import annotations

import re
from typing import Any

import pytest
import stripe

from tests.sandbox.build import CARD, a_line, a_session
from tests.sandbox.conftest import World

ENGRAVING = {"key": "engraving", "type": "text", "label": {"type": "custom", "custom": "Engraving"}}
SIZE = {
    "key": "size", "type": "dropdown", "label": {"type": "custom", "custom": "Size"},
    "dropdown": {"options": [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]},
}  # fmt: skip
RATES = [
    {"shipping_rate_data": {"type": "fixed_amount", "display_name": name,
                            "fixed_amount": {"amount": amount, "currency": "usd"}}}
    for name, amount in (("Post", 700), ("Express", 1700))
]  # fmt: skip
ASKS: dict[str, Any] = {
    "billing_address_collection": "required",
    "consent_collection": {"promotions": "auto", "terms_of_service": "required"},
    "custom_fields": [ENGRAVING, SIZE],
    "invoice_creation": {"enabled": True},
    "name_collection": {"business": {"enabled": True, "optional": True}},
    "phone_number_collection": {"enabled": True},
    "shipping_address_collection": {"allowed_countries": ["DE", "FR"]},
    "shipping_options": RATES,
    "tax_id_collection": {"enabled": True},
}
HOME = {"line1": "Am Kanal 3", "city": "Köln", "postal_code": "01234", "country": "DE"}
WHOLE = ["payment_intent.latest_charge", "invoice", "shipping_cost.shipping_rate"]


def whole(client: stripe.StripeClient, name: str) -> Any:
    return client.v1.checkout.sessions.retrieve(name, params={"expand": WHOLE}).to_dict()


def test_what_is_asked_for_is_shown_before_anybody_has_answered(
    client: stripe.StripeClient,
) -> None:
    session = a_session(client, **ASKS).to_dict()

    assert [field["key"] for field in session["custom_fields"]] == ["engraving", "size"]
    assert [field[field["type"]]["value"] for field in session["custom_fields"]] == [None, None]
    assert session["phone_number_collection"] == {"enabled": True}
    assert session["invoice_creation"]["enabled"] is True
    for name in ("customer_details", "collected_information", "consent", "invoice"):
        assert session[name] is None


def test_the_hosted_page_asks_and_every_answer_is_told(
    client: stripe.StripeClient, world: World
) -> None:
    name = a_session(client, **ASKS).id
    page = world.raw("GET", f"/c/pay/{name}").text
    fields = set(re.findall(r'name="([\w-]+)"', page))
    assert {
        "phone", "business_name", "shipping-line1", "billing-line1", "tax_id", "field-engraving",
        "field-size", "promotions", "terms", "shipping_rate",
    } <= fields  # fmt: skip
    express = re.findall(r'name="shipping_rate" value="(\w+)"', page)[1]

    form = {
        "email": "ada@example.com", "number": CARD, "expiry": "12 / 40", "name": "Ada Lovelace",
        "phone": "+4922155501", "business_name": "Engines Ltd", "tax_id": "DE123456789",
        "field-engraving": "To Ada", "field-size": "l", "promotions": "1", "terms": "1",
        "shipping_rate": express, "shipping-name": "A. Lovelace",
        **{f"shipping-{line}": text for line, text in HOME.items()},
        **{f"billing-{line}": text for line, text in HOME.items()},
    }  # fmt: skip
    answer = world.raw("POST", f"/c/pay/{name}", data=form)
    assert answer.status_code == 303, answer.text

    told = whole(client, name)
    details, charge = told["customer_details"], told["payment_intent"]["latest_charge"]
    place = HOME | {"line2": None, "state": None}
    assert details["tax_ids"] == [{"type": "eu_vat", "value": "DE123456789"}]
    assert (details["name"], details["phone"], details["business_name"]) == (
        "Ada Lovelace", "+4922155501", "Engines Ltd",
    )  # fmt: skip
    assert details["address"] == place
    shipped = {"address": place, "name": "A. Lovelace"}
    assert told["collected_information"]["shipping_details"] == shipped
    assert told["payment_intent"]["shipping"] | shipped == told["payment_intent"]["shipping"]
    assert [field[field["type"]]["value"] for field in told["custom_fields"]] == ["To Ada", "l"]
    assert told["consent"] == {"promotions": "opt_in", "terms_of_service": "accepted"}
    assert told["shipping_cost"]["shipping_rate"]["display_name"] == "Express"
    assert told["amount_total"] == 1500 + 1700
    assert charge["billing_details"]["name"] == "Ada Lovelace"
    assert told["invoice"]["status"] == "paid"
    for url in (charge["receipt_url"], told["invoice"]["hosted_invoice_url"]):
        assert "32.00 USD" in world.raw("GET", url.removeprefix(world.url)).text


def test_who_pays_by_control_need_not_answer_everything(
    client: stripe.StripeClient, world: World
) -> None:
    name = a_session(client, **ASKS).id

    world.pay(name)

    told = whole(client, name)
    assert told["collected_information"]["shipping_details"]["address"]["country"] == "DE"
    assert [field[field["type"]]["value"] for field in told["custom_fields"]] == ["x", "s"]
    assert told["customer_details"]["phone"]


def test_nothing_is_shipped_to_where_nothing_is_shipped(
    client: stripe.StripeClient, world: World
) -> None:
    name = a_session(client, **ASKS).id
    shipping = {"name": "Ada", "address": {"line1": "1 Main St", "country": "US"}}

    body = {"payment_method": CARD, "shipping": shipping}
    refused = world.raw("POST", f"/_sandbox/checkout/sessions/{name}/pay", json=body)

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "shipping")
    assert whole(client, name)["status"] == "open"


def test_a_challenge_by_the_bank_forgets_no_answer(
    client: stripe.StripeClient, world: World
) -> None:
    name = a_session(client, **ASKS).id
    form = {
        "email": "ada@example.com", "number": "4000002760003184", "expiry": "12 / 40",
        "name": "Ada Lovelace", "field-engraving": "To Ada", "field-size": "l", "terms": "1",
        "phone": "+4922155501", "shipping-name": "A. Lovelace",
        **{f"shipping-{line}": text for line, text in HOME.items()},
        **{f"billing-{line}": text for line, text in HOME.items()},
    }  # fmt: skip
    challenge = world.raw("POST", f"/c/pay/{name}", data=form).headers["Location"]

    world.raw("POST", challenge.removeprefix(world.url), data={"outcome": "pass"})

    told = whole(client, name)
    assert told["customer_details"]["name"] == "Ada Lovelace"
    assert told["custom_fields"][0]["text"]["value"] == "To Ada"


def test_a_session_has_three_fields_at_most(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="maximum of 3 custom fields"):
        a_session(client, custom_fields=[ENGRAVING | {"key": f"k{n}"} for n in range(4)])


def test_a_link_asks_what_its_sessions_ask(client: stripe.StripeClient, world: World) -> None:
    asks: Any = {name: ASKS[name] for name in ("custom_fields", "phone_number_collection")}
    link = client.v1.payment_links.create(params=asks | {"line_items": [a_line()]})

    session = world.call("POST", f"payment_links/{link.id}/pay", {"phone": "+4922155501"})

    assert "value" not in link.to_dict()["custom_fields"][0]["text"]
    assert session["customer_details"]["phone"] == "+4922155501"
    assert session["custom_fields"][1]["dropdown"]["value"] == "s"
