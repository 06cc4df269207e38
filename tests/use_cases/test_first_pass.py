"""A create asks Stripe by what it has just written; a repeat reads it back: they must be equal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from checkout_service.domain.errors import InvalidInput, OpenedWrong, OrderCanceled
from checkout_service.domain.order.cart import Cart, CartItem, PricedItem
from checkout_service.domain.status import AttemptKind
from checkout_service.storage import orders
from checkout_service.storage.ledger.as_written import NewOrder
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.use_cases.checkout.opening_request import intent_request, session_request
from checkout_service.use_cases.orders.answer import newest_session, session_of
from tests.support.stage import Stage, calling
from tests.support.stage.engines import MEMORY

CATALOG = """
[checkout]
promotion_codes = true
automatic_tax = true
tax_behavior = "exclusive"
shipping_countries = ["DE", "US"]
expires_after = 3600
recovery = true
[[checkout.shipping_options]]
name = "By post"
currency = "usd"
amount = 500
[[products]]
id = "poster"
name = "Pöster \\u2019"
description = "A \\"big\\" one"
images = ["https://shop.example/a.png"]
tax_code = "txcd_99999999"
unit_label = "sheet"
[[products.prices]]
id = "once"
currency = "usd"
unit_amount = 2500
max_quantity = 20
adjustable_quantity = { minimum = 1, maximum = 9 }
[[products.prices]]
id = "monthly"
currency = "usd"
unit_amount = 900
recurring = { interval = "month", interval_count = 2 }
[[products]]
id = "frame"
name = "Frame"
[[products.prices]]
id = "framed"
stripe_price = "{stripe_price}"
"""
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9)
KEY = st.text(  # Stripe takes no square brackets in a key, and the API refuses them before
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="[]"),
    min_size=1,
    max_size=9,
)
ITEMS = st.one_of(
    st.builds(CartItem, st.sampled_from(["once", "monthly", "framed"]), st.integers(1, 3)),
    st.builds(
        PricedItem,
        name=TEXT,
        unit_amount=st.integers(100, 9_999),
        currency=st.just("usd"),
        quantity=st.integers(1, 3),
        adjustable=st.sampled_from([None, (1, 9)]),
        tax_behavior=st.sampled_from([None, "inclusive"]),
    ),
)
PASSED_ON: list[dict[str, Any]] = [
    {},
    {},
    {"optional_items": [{"price": "framed", "quantity": 1}]},
    {"phone_number_collection": {"enabled": True}, "billing_address_collection": "required"},
    {"metadata": {"of": "Ω"}, "payment_intent_data": {"description": "a b"}},
    {"customer": "cus_1"},
]
SELLING = st.builds(
    Cart,
    items=st.lists(ITEMS, min_size=1, max_size=3),
    success_url=st.sampled_from([None, "https://shop.example/thanks?of={CHECKOUT_SESSION_ID}"]),
    customer_email=st.sampled_from([None, "ada@shop.example"]),
    client_reference_id=st.sampled_from([None, "their-own"]),
    metadata=st.dictionaries(KEY, TEXT, max_size=2),
    locale=st.sampled_from([None, "de"]),
    page_locale=st.sampled_from([None, "fr"]),
    allow_promotion_codes=st.booleans(),
    capture=st.sampled_from(["automatic", "manual"]),
    session=st.sampled_from(PASSED_ON),
    ui_mode=st.sampled_from(["hosted_page", "embedded_page", "elements", "form"]),
    redirect_on_completion=st.sampled_from([None, "if_required", "never"]),
)
SAVING = st.builds(Cart, items=st.just([]), mode=st.just("setup"), currency=st.just("eur"))
CARTS = st.one_of(SELLING, SAVING)


@pytest.fixture(scope="module")
def shop(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Stage]]:
    engine_on: Callable[[str], Engine] = request.getfixturevalue("stage_engine")
    opened: dict[str, Stage] = {}
    with ExitStack() as closing:

        def on(kind: str) -> Stage:
            if kind not in opened:
                where = MEMORY if kind == MEMORY else engine_on(kind)
                opened[kind] = closing.enter_context(Stage(where, catalog=CATALOG))
            return opened[kind]

        yield on


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(cart=CARTS, kind=st.sampled_from([AttemptKind.SESSION, AttemptKind.INTENT]))
def test_what_was_written_is_what_is_read_back(
    shop: Callable[[str], Stage], stage_kind: str, cart: Cart, kind: AttemptKind
) -> None:
    stage = shop(stage_kind)
    try:
        order_id, written = stage.parts.create_order.create(cart, kind=kind, nonce=None)
    except InvalidInput:
        assume(False)

    read = as_read(stage, order_id)

    assert written is not None
    assert replace(written, loaded=read.loaded) == read
    assert written.loaded.ledger == read.loaded.ledger
    assert plain(written.loaded.row, like=read.loaded.row) == plain(read.loaded.row)
    ask = intent_request if kind is AttemptKind.INTENT else session_request
    asked: list[object] = [ask(one.order, one.draft, one.lines, "key") for one in (written, read)]
    assert asked[0] == asked[1]


def as_read(stage: Stage, order_id: str) -> NewOrder:
    with stage.parts.database.read() as connection:
        order = orders.order_of(connection, order_id)
        loaded = load_ledger(connection, order_id, lock=False)
        assert order is not None
        assert loaded is not None
        (draft,) = orders.attempts_of(connection, order_id)
        lines = orders.lines_of(connection, order_id, order.currency)
    return NewOrder(order, draft, lines, loaded)


def plain(row: Any, like: Any = None) -> dict[str, Any]:
    """Name the columns of a row that was read, the cart as JSON means it."""
    found = {name: getattr(row, name) for name in (like or row)._fields}
    return found | {"order_lines": json.loads(found["order_lines"] or "[]")}


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(cart=SELLING.map(lambda cart: replace(cart, session={}, ui_mode="hosted_page")))
def test_the_answer_is_that_of_the_order_as_it_is_read(
    shop: Callable[[str], Stage], stage_kind: str, cart: Cart
) -> None:
    stage = shop(stage_kind)
    try:
        order_id, written = stage.parts.create_order.create(
            replace(cart, redirect_on_completion=None), kind=AttemptKind.SESSION, nonce=None
        )
    except InvalidInput:
        assume(False)

    opening = stage.parts.open_attempt.open(order_id, source="public", written=written)

    assert isinstance(opening.order, Loaded)
    with stage.parts.database.read() as connection:
        assert session_of(opening.order) == newest_session(connection, order_id)


def test_who_canceled_meanwhile_is_noticed(stage_on: Stage) -> None:
    stage = stage_on
    opening = calling("POST", "/v1/checkout/sessions", moment="after")
    stage.meanwhile(opening, lambda: stage.use_cases.cancel_order.cancel(the_order(stage)))

    with pytest.raises(OrderCanceled):
        stage.buys()

    (session,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert session["status"] == "expired"


def test_what_was_opened_wrong_is_closed(stage_on: Stage) -> None:
    stage = stage_on
    alter = {"path": "/v1/checkout/sessions", "fields": {"amount_total": 1}}
    stage.control("PUT", "faults", {"alter": [alter]})
    opening = calling("POST", "/v1/checkout/sessions", moment="after")
    stage.meanwhile(opening, lambda: stage.control("DELETE", "faults"))

    with pytest.raises(OpenedWrong):
        stage.buys()

    (session,) = stage.stripe("GET", "/v1/checkout/sessions")["data"]
    assert session["status"] == "expired"


def the_order(stage: Stage) -> str:
    with stage.parts.database.read() as connection:
        (order_id,) = connection.exec_driver_sql("SELECT id FROM orders").scalars()
    return str(order_id)
