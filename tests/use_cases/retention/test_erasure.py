"""A person can be forgotten: no trace in any row or file, and the ledger still tells its story."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from checkout_service.domain.clock import DAY, SECOND
from checkout_service.domain.errors import NotFound
from checkout_service.domain.facts.buyer import SHOWN
from checkout_service.storage.tables import inbox_events, metadata
from checkout_service.use_cases.checkout.hold_idempotency import Ticket
from tests.support.stage import DECLINED, GOOD, Bought, Refused, Stage

CANARY = "canary"
EMAIL = "Canary.Bird@example.com"
CART: dict[str, Any] = {
    "customer_email": EMAIL,
    "metadata": {"who": "Anna Canary", "canary": "1"},
    "success_url": "https://shop.example/thanks?for=canary&session_id={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.example/?for=canary",
}
BUYER = {
    "email": EMAIL,
    "name": "Anna Canary",
    "address": {"line1": "Canary Wharf 1", "country": "GB"},
    "tax_ids": [{"type": "eu_vat", "value": "CANARY1"}],
}
KINDS = ("checkout_session", "payment_intent")


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    with Stage(database_url) as opened:
        yield opened


def buys(stage: Stage, kind: str = "checkout_session") -> Bought:
    """Have somebody order, leaving a trace wherever one can be left."""
    hold = stage.use_cases.hold_idempotency
    ticket = hold.begin(scope="anonymous", key=f"canary {stage.now}", fingerprint="f")
    assert isinstance(ticket, Ticket)
    bought = stage.buys(kind=kind, nonce=ticket.nonce, **CART)
    hold.keep(ticket, 201, json.dumps({"email": EMAIL}).encode())
    return bought


def pays(stage: Stage, bought: Bought, method: str = GOOD) -> None:
    stage.pays(bought, method, **(BUYER if bought.session else {}))
    stage.delivers()


def paid(stage: Stage, bought: Bought) -> None:
    pays(stage, bought)


def refunded(stage: Stage, bought: Bought) -> None:
    pays(stage, bought)
    stage.refunds(bought)
    stage.delivers()


def declined(stage: Stage, bought: Bought) -> None:
    with suppress(Refused):
        pays(stage, bought, method=DECLINED)
    stage.delivers()
    stage.cancels(bought)


def expired(stage: Stage, bought: Bought) -> None:
    stage.works(2 * 86_400, every=86_400)
    stage.delivers()


FATES = (paid, refunded, declined, expired)
WAYS: dict[str, Callable[[Stage, list[Bought]], object]] = {
    "order": lambda stage, all_: [
        stage.use_cases.erase_person.of_order(bought.order) for bought in all_
    ],
    "email": lambda stage, _: stage.use_cases.erase_person.of_email(EMAIL.lower()),
    "age": lambda stage, _: stage.use_cases.forget_old.forget(DAY),
}


def traces(stage: Stage) -> list[str]:
    """Name every table, and the file, that still holds a trace."""
    found = []
    with stage.parts.database.read() as connection:
        for table in metadata.sorted_tables:
            rows = [tuple(row) for row in connection.execute(select(table))]
            if CANARY in repr(rows).lower():
                found.append(table.name)
    file = Path(stage.engine.url.database or "")
    files = [path for path in (file, file.with_name(f"{file.name}-wal")) if path.is_file()]
    found += [path.name for path in files if CANARY.encode() in path.read_bytes().lower()]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_person_is_left_and_the_ledger_is(stage: Stage, way: str) -> None:
    orders = []
    for kind, fate in product(KINDS, FATES):
        orders.append(buys(stage, kind))
        fate(stage, orders[-1])
        stage.advance(1)
    stage.delivers_messages()
    stage.advance(2 * DAY / SECOND)
    before = [stage.order(bought) for bought in orders]
    assert {order["status"] for order in before} == {"paid", "refunded", "canceled", "expired"}
    assert {"orders", "attempts", "inbox_events", "outbox_messages"} <= set(traces(stage))

    WAYS[way](stage, orders)

    assert traces(stage) == []
    for bought, was in zip(orders, before, strict=True):
        attempts = [attempt | {"recovery_url": None} for attempt in was["attempts"]]
        gone: dict[str, Any] = {"metadata": {}, "customer_email": None, "attempts": attempts}
        gone |= dict.fromkeys(SHOWN) | {"custom_fields": []}
        assert stage.order(bought) == was | gone
        for message in stage.messages(bought):
            told = message["body"]["data"]["order"]
            assert (told["id"], told["amount_total"]) == (bought.order, was["amount_total"])


def test_an_order_that_waits_for_its_payment_is_left_alone(stage: Stage) -> None:
    bought = buys(stage)
    stage.advance(3600)

    assert stage.use_cases.erase_person.of_order(bought.order).unfinished == (bought.order,)
    assert stage.use_cases.erase_person.of_email(EMAIL).unfinished == (bought.order,)
    stage.use_cases.forget_old.forget(1)

    assert stage.order(bought)["customer_email"] == EMAIL
    pays(stage, bought)
    assert stage.order(bought)["fulfilled"]


def test_an_unknown_order_is_named(stage: Stage) -> None:
    with pytest.raises(NotFound):
        stage.use_cases.erase_person.of_order("ord_unknown")


def test_age_counts_from_the_last_thing_that_happened(stage: Stage) -> None:
    bought = buys(stage)
    paid(stage, bought)
    stage.delivers_messages()
    stage.advance(40 * DAY / SECOND)
    stage.refunds(bought, 100)
    stage.delivers()

    assert stage.use_cases.forget_old.forget(30 * DAY).orders == 0
    stage.advance(31 * DAY / SECOND)
    assert stage.use_cases.forget_old.forget(30 * DAY).orders == 1
    assert stage.use_cases.forget_old.forget(30 * DAY).orders == 0
    assert traces(stage) == []


def test_an_erased_order_goes_on_and_what_a_late_event_brings_is_forgotten_too(
    stage: Stage,
) -> None:
    bought = buys(stage)
    paid(stage, bought)
    stage.delivers_messages()
    stage.use_cases.erase_person.of_order(bought.order)

    stage.refunds(bought)
    stage.delivers()

    order = stage.order(bought)
    assert (order["status"], order["amount_refunded"]) == ("refunded", order["amount_paid"])
    stage.delivers_messages()
    stage.advance(31 * DAY / SECOND)
    stage.use_cases.forget_old.forget(30 * DAY)
    assert traces(stage) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_look_at_an_erased_order_brings_its_buyer_back(stage: Stage, kind: str) -> None:
    bought = buys(stage, kind)
    paid(stage, bought)
    stage.refunds(bought, 100)
    stage.delivers()
    stage.delivers_messages()
    stage.use_cases.erase_person.of_order(bought.order)
    stage.forget_calls()

    stage.works(9 * 86_400, every=6 * 3600)

    assert stage.reads(bought.session or bought.intent or "")
    order = stage.order(bought)
    assert {part: order[part] for part in SHOWN} == dict.fromkeys(SHOWN) | {"custom_fields": []}
    assert order["customer_email"] is None
    assert traces(stage) == []


def test_events_of_strangers_lose_their_bodies_with_age(stage: Stage) -> None:
    """An account's other payments come by webhook as well."""
    intent = stage.stripe(
        "POST", "/v1/payment_intents", amount=500, currency="usd", receipt_email=EMAIL
    )
    with suppress(Refused):
        stage.pays(intent["id"], DECLINED)
    stage.delivers()
    assert traces(stage)[0] == "inbox_events"
    stage.advance(31 * DAY / SECOND)

    forgotten = stage.use_cases.forget_old.forget(30 * DAY)

    assert forgotten.events > 0
    assert traces(stage) == []
    with stage.parts.database.read() as connection:
        assert connection.execute(select(inbox_events.c.id)).first() is not None
