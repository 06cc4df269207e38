"""Every kind of plan is written alike on both databases: the same rows in all tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from checkout_service.domain.facts.fact import Cover, Fact, Seen
from checkout_service.domain.facts.snapshots import (
    DisputeView,
    FraudWarningView,
    IncomingEvent,
    IntentView,
    RefundView,
    SessionView,
    Subject,
)
from checkout_service.domain.order import changes
from checkout_service.domain.order.changes import Change, unchanged
from checkout_service.domain.order.settlement import Message, MessageKind, settle
from checkout_service.domain.status import Hold
from checkout_service.storage import inbox, orders
from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.ledger.diff import (
    Cause,
    LookPlan,
    Writing,
    plan_message,
    plan_writing,
)
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.ledger.write import write
from checkout_service.storage.tables import metadata
from tests.support.databases import KINDS, Databases

from .pending import NOW, an_attempt, write_order

A, B, C, D = ("ord_" + letter * 24 for letter in "abcd")
SECOND = 1_000


def session(order: str, number: int, **more: Any) -> SessionView:
    view = SessionView(
        id=f"cs_test_{order[4]}{number}",
        status="complete",
        payment_status="paid",
        mode="payment",
        amount_subtotal=2500,
        amount_total=2500,
        currency="usd",
        livemode=False,
        order_id=order,
        attempt_id=f"att_of_{order}",
        client_reference_id=order,
        intent_id=f"pi_{order[4]}{number}",
        customer_email="Jörg O'Neil <j@example.com>",
    )
    return replace(view, **more)


def opened(order: str, number: int, **more: Any) -> SessionView:
    url = "https://checkout.stripe.com/c/pay/x?a=1&b=%20"
    unpaid = {"status": "open", "payment_status": "unpaid", "intent_id": None, "url": url}
    return session(order, number, **unpaid, expires_at=NOW + 86_400_000, **more)


def refund(name: str, status: str, amount: int = 1000) -> RefundView:
    return RefundView(name, amount, "usd", status, "pi_a1", "ch_1", NOW, f"mwr_{name}")


def dispute(status: str) -> DisputeView:
    reason = "fraudulent"
    return DisputeView("du_1", 100, "usd", status, "pi_a1", "ch_1", reason, NOW + SECOND, NOW)


def warning(*, actionable: bool) -> FraudWarningView:
    return FraudWarningView("issfr_1", "pi_a1", "ch_1", "misc", actionable, NOW)


def hinting_intent() -> IntentView:
    """A recovered session's intent: its metadata names the attempt that the session copies."""
    return IntentView(
        "pi_c2", "succeeded", 2500, 2500, "usd", livemode=False, order_id=C,
        attempt_id=f"att_of_{C}",
    )  # fmt: skip


STEPS: list[tuple[str, tuple[Subject, ...], Change]] = [
    (A, (opened(A, 1),), unchanged),
    (A, (session(A, 1, payment_status="unpaid"),), unchanged),
    (A, (session(A, 1),), unchanged),
    (A, (refund("re_1", "pending"), refund("re_2", "succeeded", 300)), unchanged),
    (A, (refund("re_1", "failed"), dispute("needs_response")), unchanged),
    (A, (dispute("lost"),), unchanged),
    (A, (warning(actionable=True),), unchanged),
    (A, (warning(actionable=False),), unchanged),
    (B, (session(B, 1, amount_total=2499, currency="eur", client_reference_id="7"),), unchanged),
    (B, (), changes.release(Hold.AMOUNT_MISMATCH)),
    (B, (), changes.release(Hold.CURRENCY_MISMATCH)),
    (B, (), changes.release(Hold.WRONG_REFERENCE)),  # nothing is held any more: a look is wanted
    (C, (opened(C, 1),), unchanged),
    (C, (replace(opened(C, 1), status="expired", url=None),), unchanged),
    (C, (hinting_intent(),), unchanged),
    (C, (session(C, 2, recovered_from="cs_test_c1"),), unchanged),
    (D, (opened(D, 1),), unchanged),
    (D, (), changes.cancel),
    (D, (session(D, 1), session(D, 2, attempt_id="att_2", client_reference_id=D)), unchanged),
    (D, (), changes.hold(Hold.WRONG_MODE, f"att_of_{D}", expected="test", seen="live")),
]


def event(turn: int) -> dict[str, Any]:
    known = IncomingEvent(
        f"evt_{turn}", "checkout.session.completed", "v1", livemode=False, created=NOW,
        body='{"ü": "\'"}'.encode(),
    )  # fmt: skip
    return inbox.event_row(known, source="webhook", now=NOW + turn, state="applied", intent_id="pi")


def planned(connection: Connection, turn: int) -> Writing:
    """Work out the plan of this step, as a door would."""
    order_id, subjects, change = STEPS[turn]
    at = NOW + turn * 5 * SECOND
    cover = Cover.WHOLE if turn % 2 else Cover.EVENT
    facts = [
        Fact(subject, Seen(at, by_event=cover is Cover.EVENT), cover, fresh=turn % 2 == 0)
        for subject in subjects
    ]
    loaded = _load(connection, order_id)
    settlement = settle(loaded.ledger, facts, new_attempt_id=f"att_new_{turn}", change=change)
    requested = settlement.look_wanted
    look = LookPlan(0 if requested else at + 9, turn, loaded.look_requests, requested=requested)
    cause = Cause("webhook", at, f"evt_{turn}", "because")
    writing = plan_writing(loaded, settlement, cause, look if requested or turn % 3 else None)
    if turn % 2 == 0:
        writing.event = event(turn) | {"order_id": order_id}
    return writing


def _load(connection: Connection, order_id: str) -> Loaded:
    loaded = load_ledger(connection, order_id)
    assert loaded is not None
    return loaded


def live(database: Database) -> list[Writing]:
    """Let four orders live through every kind of plan; return the plans."""
    for number, order_id in enumerate((A, B, C, D)):
        _begin(database, order_id, f"n{number}")
    second = an_attempt("att_2", 2, D) | {"state": "expired", "session_id": "cs_test_d2"}
    database.write(lambda c: orders.insert_attempt(c, second | {"reference": D}))
    made = [_step(database, turn) for turn in range(len(STEPS))]
    return [*made, _tell(database), _tell(database)]  # told twice, it is one message


def _begin(database: Database, order_id: str, nonce: str) -> None:
    database.write(lambda c: write_order(c, nonce=nonce, order_id=order_id))
    reference = {"reference": order_id}
    database.write(lambda c: orders.update_attempt(c, f"att_of_{order_id}", reference))


def _step(database: Database, turn: int) -> Writing:
    return database.write(lambda c: _written(c, planned(c, turn)))


def _tell(database: Database) -> Writing:
    renewed = Message(MessageKind.SUBSCRIPTION_RENEWED, "in_1")
    cause = Cause("webhook", NOW)
    return database.write(
        lambda c: _written(c, plan_message(_load(c, A), renewed, cause, {"invoice": {}}))
    )


def _written(connection: Connection, writing: Writing) -> Writing:
    assert write(connection, writing)
    return writing


def all_rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.read() as connection:
        return {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


@pytest.fixture
def both(databases: Databases) -> Iterator[list[Database]]:
    with ExitStack() as lent:
        made = []
        for kind in KINDS:
            engine = make_engine(lent.enter_context(contextmanager(databases.at_head)(kind)))
            lent.callback(engine.dispose)
            made.append(Database(engine))
        yield made


def test_every_kind_of_plan_leaves_the_same_rows_in_all_tables(both: list[Database]) -> None:
    on_sqlite, on_postgresql = both

    made = live(on_sqlite)
    assert live(on_postgresql) == made

    rows = all_rows(on_sqlite)
    assert all_rows(on_postgresql) == rows
    filled = {name for name, found in rows.items() if found}
    assert filled >= {
        "orders", "order_lines", "attempts", "holds", "refunds", "disputes", "fulfilments",
        "transitions", "inbox_events", "outbox_messages",
    }  # fmt: skip


def test_the_plans_are_of_every_kind_there_is(both: list[Database]) -> None:
    made = live(both[0])

    for part in (
        "attempts", "new_attempts", "freed_intents", "new_holds", "released_holds", "refunds",
        "disputes", "transitions", "messages",
    ):  # fmt: skip
        assert any(getattr(writing, part) for writing in made), part
        assert any(not getattr(writing, part) for writing in made), part
    assert {writing.plain for writing in made} == {True, False}
    assert {writing.fulfils for writing in made} == {True, False}
    assert {writing.look.requested for writing in made} == {True, False}
    assert {writing.event is None for writing in made} == {True, False}
    assert max(len(writing.attempts) for writing in made) > 1
    assert max(len(writing.messages) for writing in made) > 1
    assert any(writing.plain and writing.event and writing.fulfils for writing in made)
