"""What the buyer told Stripe reaches the merchant, by whichever door it came, once and for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from checkout_service.domain.facts.buyer import SHOWN
from tests.support.stage import DECLINED, GOOD, Bought, Refused, Stage
from tests.support.stage.catalog import plink

CATALOG = """
[checkout]
shipping_countries = ["DE", "FR"]
[[checkout.shipping_options]]
name = "Post"
currency = "usd"
amount = 700
[[checkout.shipping_options]]
name = "Express"
currency = "usd"
amount = 1700
[[products]]
id = "poster"
name = "Poster"
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
"""
HOME = {
    "line1": "Am Kanal 3", "line2": "3. Stock", "city": "Köln", "state": None,
    "postal_code": "01234", "country": "DE",
}  # fmt: skip
ADA: dict[str, Any] = {
    "name": "Ada Lovelace",
    "phone": "+4922155501",
    "address": HOME,
    "shipping": {"name": "A. Lovelace", "address": HOME},
    "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
    "presentment_details": {"presentment_amount": 3900, "presentment_currency": "eur"},
}
CARD = {"type": "card", "brand": "visa", "last4": "4242"}


def of(stage: Stage, bought: Bought) -> dict[str, Any]:
    """Return what the merchant is told of the buyer."""
    return told_of(stage.order(bought))


def told_of(order: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a buyer; what it was paid with has an id of Stripe's, ever another."""
    told = {part: order[part] for part in SHOWN}
    if told["payment_method"]:
        assert told["payment_method"].pop("id").startswith("pm_")
    return told


def ships(stage: Stage) -> Bought:
    """Have somebody buy a thing that is shipped, by the second way that is offered."""
    bought = stage.buys()
    session = stage.stripe("GET", f"/v1/checkout/sessions/{bought.session}")
    rate = session["shipping_options"][1]["shipping_rate"]
    stage.pays(bought, shipping_rate=rate, **ADA)
    return bought


def sweeps_later(stage: Stage) -> None:
    stage.drops()
    stage.advance(120)
    stage.sweeps()


def sweeps_a_crowd(stage: Stage) -> None:
    """So many orders are due that sessions are listed, not asked for one by one."""
    for _ in range(20):
        stage.buys()
    sweeps_later(stage)


DOORS: dict[str, Callable[[Stage, Bought], object]] = {
    "webhooks": lambda stage, _: stage.delivers(),
    "the buyer's return": lambda stage, bought: stage.returns(bought),
    "a sweep": lambda stage, _: sweeps_later(stage),
    "a sweep's list": lambda stage, _: sweeps_a_crowd(stage),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_brings_the_same(door: str) -> None:
    with Stage(catalog=CATALOG) as stage:
        bought = ships(stage)

        DOORS[door](stage, bought)

        told = of(stage, bought)
        rate = told["shipping"].pop("rate")
        assert told == {
            "customer": {
                "id": None,
                "name": "Ada Lovelace",
                "email": "buyer@example.com",
                "phone": "+4922155501",
                "address": HOME,
                "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}],
            },
            "shipping": {"name": "A. Lovelace", "phone": None, "address": HOME},
            "custom_fields": [],
            "consent": None,
            "presentment": {"amount": 3900, "currency": "eur"},
            "payment_method": CARD,
            "receipt_url": told["receipt_url"],
            "invoice": None,
        }
        assert told["receipt_url"].startswith("http")
        assert (rate["name"], rate["amount"]) == ("Express", 1700)
        assert stage.order(bought)["amount_shipping"] == 1700


def test_an_event_tells_where_to_ship_and_costs_no_read_for_the_card() -> None:
    with Stage(catalog=CATALOG) as stage:
        bought = ships(stage)
        asked = len(stage.calls("GET"))

        stage.delivers("checkout.session.completed")
        stage.delivers_messages()

        assert len(stage.calls("GET")) == asked
        (paid,) = [got.body for got in stage.receiver.got if got.body["type"] == "order.paid"]
        order = paid["data"]["order"]
        assert order["shipping"]["address"] == HOME
        assert order["shipping"]["rate"]["name"] == "Express"
        assert order["payment_method"] is None

        stage.drops()
        stage.works(2 * 3600, every=3600)  # the look that every settled order gets
        assert of(stage, bought)["payment_method"] == CARD
        assert of(stage, bought)["shipping"]["rate"]["name"] == "Express"


def test_a_bare_payment_tells_whose_it_is(stage: Stage) -> None:
    bought = stage.buys(kind="payment_intent")
    method = stage.stripe(
        "POST",
        "/v1/payment_methods",
        **{
            "type": "card",
            "card[number]": GOOD,
            "billing_details[name]": "Ada Lovelace",
            "billing_details[email]": "ada@example.com",
            "billing_details[address][city]": "Köln",
        },
    )
    stage.pays(bought, method["id"])

    stage.returns(bought)

    told = of(stage, bought)
    assert (told["customer"]["name"], told["customer"]["email"]) == (
        "Ada Lovelace", "ada@example.com",
    )  # fmt: skip
    assert told["customer"]["address"]["city"] == "Köln"
    assert told["payment_method"] == CARD


def test_a_links_own_questions_are_answered_to_the_merchant(stage: Stage) -> None:
    asks: dict[str, Any] = {
        "phone_number_collection[enabled]": "true",
        "tax_id_collection[enabled]": "true",
        "consent_collection[promotions]": "auto",
        "consent_collection[terms_of_service]": "required",
        "invoice_creation[enabled]": "true",
        "custom_fields[0][key]": "engraving",
        "custom_fields[0][type]": "text",
        "custom_fields[0][label][type]": "custom",
        "custom_fields[0][label][custom]": "Engraving",
        "line_items[0][quantity]": 1,
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": 2500,
        "line_items[0][price_data][product_data][name]": "Print",
    }
    stage.stripe("POST", "/v1/payment_links", id=plink("print"), **asks)
    bought = stage.link_order()
    stage.pays(
        bought,
        name="Ada Lovelace",
        phone="+4922155501",
        custom_fields={"engraving": "To <b>Ada</b>"},
        consent={"promotions": "opt_in"},
    )

    stage.delivers()
    by_event = of(stage, bought)
    stage.works(2 * 3600, every=3600)
    told = of(stage, bought)

    assert told["custom_fields"] == [
        {"key": "engraving", "type": "text", "label": "Engraving", "value": "To <b>Ada</b>"}
    ]
    assert told["consent"] == {"promotions": "opt_in", "terms_of_service": "accepted"}
    assert told["customer"]["id"].startswith("cus_")
    invoice = told["invoice"]
    assert by_event["invoice"] == {"id": invoice["id"], "url": None, "pdf": None}
    assert invoice["url"].endswith(f"/invoices/{invoice['id']}")
    assert invoice["pdf"].endswith(f"/invoices/{invoice['id']}/pdf")


def test_a_card_that_was_declined_paid_nothing(stage: Stage) -> None:
    bought = stage.buys(kind="payment_intent")
    with pytest.raises(Refused):
        stage.pays(bought, DECLINED)

    stage.returns(bought)
    assert of(stage, bought)["payment_method"] is None

    stage.advance(5)
    stage.pays(bought)
    stage.returns(bought)
    assert of(stage, bought)["payment_method"] == CARD


def test_it_is_written_alike_on_each_database(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought, **{name: ADA[name] for name in ("name", "phone", "tax_ids")})

    stage_on.delivers("checkout.session.completed")
    by_event = of(stage_on, bought)
    stage_on.delivers()

    assert by_event["customer"]["name"] == "Ada Lovelace"
    assert of(stage_on, bought) == by_event | {
        "payment_method": CARD,
        "receipt_url": of(stage_on, bought)["receipt_url"],
    }
