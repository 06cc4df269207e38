"""Twenty-five ways of paying less, or for another: none is fulfilled, each leaves its reason."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import MakeStack
from .stack import Bought, Stack

SHORT_ON = "sqlite"

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


@pytest.fixture
def stack(make_stack: MakeStack) -> Stack:
    made = make_stack(SWEEP_INTERVAL_SECONDS="3600")
    made.faults(webhooks={"drop": 1.0})
    for service in made.services:  # a sweep would bring the truth before the lie is told
        for worker in service.workers:
            worker.stop()
        service.workers.clear()
    return made


def _paid_event(stack: Stack) -> tuple[Bought, Any]:
    one = stack.buy(0)
    stack.pay(one)
    events = stack.events("checkout.session.completed")
    return one, next(e for e in events if e["data"]["object"]["id"] == one.session)


def test_no_recipe_gets_anything(stack: Stack) -> None:
    """One stack for all recipes: each is an order of its own."""
    for name, (change, hold) in HELD.items():
        one, event = _paid_event(stack)
        forged = copy.deepcopy(event) | {"id": f"evt_{secrets.token_hex(12)}"}
        change(forged["data"]["object"])

        assert stack.post_event(forged) == 200, name

        order = stack.order(one)
        assert not order["fulfilled"], name
        assert hold in order["holds"], (name, order["holds"])
    for name, change in UNPAID.items():
        one, event = _paid_event(stack)
        forged = copy.deepcopy(event) | {"id": f"evt_{secrets.token_hex(12)}"}
        change(forged["data"]["object"])
        assert stack.post_event(forged) == 200, name
        order = stack.order(one)
        assert not order["fulfilled"], name
        assert order["status"] in ("pending", "processing", "expired"), name
    one, event = _paid_event(stack)
    connected = event | {"id": f"evt_{secrets.token_hex(12)}", "account": "acct_connected"}
    assert stack.post_event(connected) == 200
    assert stack.order(one)["status"] == "pending"
    _other_doors(stack)
    stack.services[0].flask("deliver", "--once")
    assert stack.merchant.got
    assert not stack.paid_messages()


def _other_doors(stack: Stack) -> None:
    one, event = _paid_event(stack)
    live = copy.deepcopy(event) | {"id": f"evt_{secrets.token_hex(12)}", "livemode": True}
    assert stack.post_event(live) == 200  # recorded, ignored: not this mode's event
    assert stack.post_event(event, secret="whsec_" + "f" * 32) == 400
    unsigned = stack.request("POST", "/webhooks/stripe", json=event)
    assert unsigned.status_code == 400
    cheap, dear = stack.buy(0), stack.buy(4)
    stack.pay(cheap)
    borrowed = stack.request("GET", f"/checkout/success?session_id={cheap.session}x")
    assert borrowed.status_code == 404
    claim = _session_of_a_stranger(stack, dear)
    assert stack.post_event(claim) == 200
    order = stack.order(dear)
    assert (order["status"], order["fulfilled"]) == ("pending", False)
    assert {"wrong_reference", "amount_mismatch"} <= set(order["holds"])
    assert not stack.order(one)["fulfilled"]


def _session_of_a_stranger(stack: Stack, dear: Bought) -> Any:
    """Open a cheap session that names a dear order in its metadata, and pay it."""
    session = stack.stripe_post(
        "/v1/checkout/sessions",
        **{
            "mode": "payment",
            "success_url": "https://shop.example/thanks",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "50",
            "line_items[0][price_data][product_data][name]": "Sticker",
            "metadata[order_id]": dear.order,
        },
    )
    stack.sandbox.call("POST", f"checkout/sessions/{session['id']}/pay", {})
    events = stack.events("checkout.session.completed")
    return next(e for e in events if e["data"]["object"]["id"] == session["id"])
