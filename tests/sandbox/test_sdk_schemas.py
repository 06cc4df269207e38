"""The schemas catch what they are there for, in answers and in requests."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_line, a_session, session_params
from tests.sandbox.conftest import World
from tests.support.sdk_schemas import check_params, check_resource


def change(thing: Any, path: str, value: Any) -> Any:
    """Set a dotted field, or take it away when the value is `...`."""
    *steps, last = path.split(".")
    node = thing
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return thing


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("status", "shut", "checkout.session"),
        ("amount_total", "15.00", "amount_total"),
        ("amount_total", ..., "amount_total"),
        ("surprise", 1, "surprise"),
        ("metadata", {"a": 1}, "metadata"),
        ("total_details.amount_tax", ..., "amount_tax"),
        ("payment_intent.status", ..., "payment_intent"),
        ("payment_intent.latest_charge.paid", 1, "latest_charge"),
        ("line_items.data.0.quantity", "1", "quantity"),
        ("line_items.has_more", ..., "has_more"),
        ("object", "checkout.sesion", "knows no"),
    ],
)
def test_a_wrong_answer_is_found_however_deep(
    client: stripe.StripeClient, world: World, path: str, value: Any, says: str
) -> None:
    name = world.pay(a_session(client).id)["id"]
    query = "expand[]=payment_intent.latest_charge&expand[]=line_items"
    whole = world.raw("GET", f"/v1/checkout/sessions/{name}?{query}").json()
    assert check_resource(whole) == []

    wrong = check_resource(change(whole, path, value))

    if path == "status":
        assert wrong == []  # Stripe's enums are open: tomorrow may bring another value
    else:
        assert any(says in one for one in wrong)


@pytest.mark.parametrize(
    ("operation", "params", "fits"),
    [
        ("checkout.sessions.create", session_params(), True),
        ("checkout.sessions.create", session_params(payment_method_types=["card"]), False),
        ("checkout.sessions.create", session_params(line_items=[a_line() | {"x": 1}]), False),
        ("checkout.sessions.create", session_params(metadata={"a": "b"}), True),
        ("checkout.sessions.create", {"line_items": [{"price_data": {"unit_amount": 1}}]}, False),
        ("checkout.sessions.list", {"created": {"gte": 5}, "status": "open"}, True),
        ("checkout.sessions.list", {"created": {"after": 5}}, False),
        ("checkout.sessions.line_items.list", {"limit": "100"}, True),
        ("payment_intents.create", {"amount": "500", "currency": "usd"}, True),
        ("payment_intents.create", {"amount": 5.5, "currency": "usd"}, False),
        ("payment_intents.create", {"amount": 500}, False),
        ("refunds.create", {"payment_intent": "pi_1", "amount": 5}, True),
        ("events.list", {"delivery_success": False, "types": ["charge.succeeded"]}, True),
        ("events.list", {"delivery_success": "maybe"}, False),
    ],
)
def test_a_request_fits_or_not(operation: str, params: Any, fits: bool) -> None:
    assert (check_params(operation, params) == []) is fits
