"""A settlement is written only over the order it was worked out from."""

from __future__ import annotations

from sqlalchemy import select

from checkout_service.domain.order import changes
from checkout_service.domain.order.settlement import Message, MessageKind, Settlement, settle
from checkout_service.domain.status import Hold
from checkout_service.storage import orders, tables
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.diff import (
    Cause,
    LookPlan,
    Writing,
    plan_message,
    plan_writing,
)
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.ledger.write import write

from .pending import NOW, ORDER, write_order

CAUSE = Cause("webhook", NOW)


def loaded(database: Database) -> Loaded:
    with database.read() as connection:
        found = load_ledger(connection, ORDER, lock=False)
    assert found is not None
    return found


def planned(database: Database) -> Writing:
    """Plan a settlement that moves nothing but the next look."""
    known = loaded(database)
    nothing = Settlement(known.ledger, known.ledger, ())
    return plan_writing(known, nothing, CAUSE, LookPlan(NOW * 2, 3, known.look_requests))


def rows(database: Database) -> dict[str, list[object]]:
    with database.read() as connection:
        return {
            table.name: list(connection.execute(select(table)).all())
            for table in tables.metadata.sorted_tables
        }


def test_another_settlement_in_between_is_not_overwritten(database: Database) -> None:
    database.write(write_order)
    writing = planned(database)
    database.write(lambda c: orders.update_order(c, ORDER, {"version": 7}))
    before = rows(database)

    assert not database.write_at_once(lambda c: write(c, writing))
    assert rows(database) == before

    again = planned(database)
    assert database.write_at_once(lambda c: write(c, again))
    assert loaded(database).look_due_at == NOW * 2
    assert (loaded(database).version, loaded(database).look_tries) == (8, 3)


def test_of_two_plans_made_at_once_one_is_written(database: Database) -> None:
    database.write(write_order)
    first, second = planned(database), planned(database)

    written = [database.write_at_once(lambda c, w=w: write(c, w)) for w in (first, second)]  # type: ignore[misc]

    assert written == [True, False]
    assert loaded(database).version == 1


class _TooLateError(Exception):
    """What a caller raises so that nothing stays."""


def test_a_plan_of_many_rows_that_comes_too_late_leaves_none_of_them(database: Database) -> None:
    """What is written beside the one statement goes with it, once the caller rolls back."""
    database.write(write_order)
    known = loaded(database)
    change = changes.hold(Hold.WRONG_MODE, f"att_of_{ORDER}", expected="test", seen="live")
    late = plan_writing(known, settle(known.ledger, [], new_attempt_id="", change=change), CAUSE)
    renewed = Message(MessageKind.SUBSCRIPTION_RENEWED, "in_1")
    told = plan_message(known, renewed, CAUSE, {"invoice": {"id": "in_1"}})
    database.write(lambda c: orders.update_order(c, ORDER, {"version": 7}))
    before = rows(database)

    for writing in (late, told):
        try:
            database.write(lambda c, w=writing: _write_or_raise(c, w))  # type: ignore[misc]
        except _TooLateError:
            continue
        raise AssertionError("it was written")
    assert rows(database) == before


def _write_or_raise(connection: object, writing: Writing) -> None:
    if not write(connection, writing):  # type: ignore[arg-type]
        raise _TooLateError
