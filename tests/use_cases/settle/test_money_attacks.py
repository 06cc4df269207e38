"""Twenty-five ways of paying less, or for another: none is fulfilled, each leaves its reason."""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from checkout_service.domain.errors import BadEvent, NotFound
from tests.support.stage import Bought, Stage

Change = Callable[[Any], None]


def _set(**fields: Any) -> Change:
    def change(thing: Any) -> None:
        for name, value in fields.items():
            *path, last = name.split("__")
            node = thing
            for step in path:
                node = node[step]
            node[last] = value

    return change


def _times(factor: int) -> Change:
    def change(thing: Any) -> None:
        thing["amount_total"] *= factor
        thing["amount_subtotal"] *= factor

    return change


def _plus(more: int, *names: str) -> Change:
    def change(thing: Any) -> None:
        for name in names:
            thing[name] += more

    return change


HELD: dict[str, tuple[Change, str]] = {
    "one less": (_plus(-1, "amount_total", "amount_subtotal"), "amount_mismatch"),
    "one more": (_plus(1, "amount_total", "amount_subtotal"), "amount_mismatch"),
    "total alone one less": (_plus(-1, "amount_total"), "amount_mismatch"),
    "subtotal alone one less": (_plus(-1, "amount_subtotal"), "amount_mismatch"),
    "a hundred times": (_times(100), "amount_mismatch"),
    "nothing": (_set(amount_total=0, amount_subtotal=0), "amount_mismatch"),
    "a discount nobody gave": (
        _set(amount_total=500, total_details__amount_discount=2000),
        "amount_mismatch",
    ),
    "free although it costs": (_set(payment_status="no_payment_required"), "amount_mismatch"),
    "yen": (_set(currency="jpy"), "currency_mismatch"),
    "euro": (_set(currency="eur"), "currency_mismatch"),
    "reference of another": (_set(client_reference_id="ord_" + "x" * 24), "wrong_reference"),
    "no reference": (_set(client_reference_id=None), "wrong_reference"),
    "metadata of another": (_set(metadata__order_id="ord_" + "y" * 24), "wrong_reference"),
    "no metadata": (_set(metadata={}), "wrong_reference"),
    "through a payment link": (_set(payment_link="plink_x"), "wrong_link"),
    "a subscription": (_set(mode="subscription"), "wrong_mode"),
}

UNPAID: dict[str, Change] = {
    "complete but unpaid": _set(payment_status="unpaid"),
    "still open": _set(status="open"),
    "expired": _set(status="expired", payment_status="unpaid"),
}


def forged(stage: Stage, change: Change) -> tuple[Bought, Any]:
    """Buy and pay, and forge the event that tells of it."""
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.events("checkout.session.completed")
    stage.drops()
    event = copy.deepcopy(event) | {"id": f"evt_{secrets.token_hex(12)}"}
    change(event["data"]["object"])
    return bought, event


def is_told_of_no_payment(stage: Stage) -> bool:
    stage.delivers_messages()
    return "order.paid" not in {got.body["type"] for got in stage.receiver.got}


@pytest.mark.parametrize("name", HELD)
def test_what_was_not_agreed_is_held(stage: Stage, name: str) -> None:
    change, hold = HELD[name]
    bought, event = forged(stage, change)

    stage.delivers(event)

    order = stage.order(bought)
    assert not order["fulfilled"]
    assert hold in order["holds"]
    assert is_told_of_no_payment(stage)


@pytest.mark.parametrize("name", UNPAID)
def test_what_was_not_paid_is_not_fulfilled(stage: Stage, name: str) -> None:
    bought, event = forged(stage, UNPAID[name])

    stage.delivers(event)

    order = stage.order(bought)
    assert not order["fulfilled"]
    assert order["status"] in ("pending", "processing", "expired")
    assert is_told_of_no_payment(stage)


@pytest.mark.parametrize("change", [{"account": "acct_connected"}, {"livemode": True}], ids=str)
def test_an_event_of_another_account_or_mode_is_recorded_and_ignored(
    stage: Stage, change: dict[str, Any]
) -> None:
    bought, event = forged(stage, lambda _thing: None)

    stage.delivers(event | change)

    assert stage.order(bought)["status"] == "pending"


def test_an_event_that_stripe_did_not_sign_is_refused(stage: Stage) -> None:
    bought, event = forged(stage, lambda _thing: None)
    body = json.dumps(event).encode()

    for signature in (None, "", stage.signature(body).replace("v1=", "v1=0")):
        with pytest.raises(BadEvent):
            stage.use_cases.receive_event.receive(body, signature)

    assert stage.order(bought)["status"] == "pending"


def test_a_session_id_that_is_nearly_right_opens_nothing(stage: Stage) -> None:
    cheap = stage.buys()
    stage.pays(cheap)

    with pytest.raises(NotFound):
        stage.returns(f"{cheap.session}x")


def test_a_cheap_session_that_names_a_dear_order_is_held(stage: Stage) -> None:
    dear = stage.buys(quantity=5)
    stage.drops()
    session = stage.stripe(
        "POST",
        "/v1/checkout/sessions",
        **{
            "mode": "payment",
            "success_url": "https://shop.example/thanks",
            "line_items[0][quantity]": 1,
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": 50,
            "line_items[0][price_data][product_data][name]": "Sticker",
            "metadata[order_id]": dear.order,
        },
    )
    stage.control("POST", f"checkout/sessions/{session['id']}/pay", {})

    stage.delivers("checkout.session.completed")

    order = stage.order(dear)
    assert (order["status"], order["fulfilled"]) == ("pending", False)
    assert {"wrong_reference", "amount_mismatch"} <= set(order["holds"])
    assert is_told_of_no_payment(stage)
