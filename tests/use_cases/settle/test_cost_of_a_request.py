"""What the requests of a crowd cost the database: connections lent, and statements sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from checkout_service.domain.clock import SECOND
from checkout_service.storage.read_budget import book_read
from tests.support.stage import Stage


@contextmanager
def counted(engine: Engine) -> Iterator[Counter[str]]:
    """Count the connections that are lent meanwhile, and the statements that SQLAlchemy sends."""
    seen: Counter[str] = Counter()

    def lent(*_: object) -> None:
        seen["connections"] += 1

    def sent(*_: object) -> None:
        seen["statements"] += 1

    event.listen(engine, "checkout", lent)
    event.listen(engine, "before_cursor_execute", sent)
    try:
        yield seen
    finally:
        event.remove(engine, "checkout", lent)
        event.remove(engine, "before_cursor_execute", sent)


def test_a_create_reads_back_nothing_of_what_it_wrote(stage_on: Stage) -> None:
    stage_on.buys()

    with counted(stage_on.engine) as seen:
        stage_on.buys()

    assert seen["connections"] == 3  # the nonce is looked for, the order written, then settled
    if stage_on.engine.dialect.name == "postgresql":
        assert seen["statements"] == 0  # all are handed to the driver


def test_a_poll_of_a_paid_order_is_one_statement_on_one_connection(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()

    with counted(stage.engine) as seen:
        stage.returns(bought)

    assert seen == {"connections": 1, "statements": 1}


def test_whoever_polls_again_at_once_writes_nothing_on_one_connection(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.returns(bought)

    with counted(stage_on.engine) as seen:
        answer = stage_on.returns(bought)

    assert answer.retry_after == 1
    assert seen["connections"] == 1
    if stage_on.engine.dialect.name == "sqlite":
        assert seen["statements"] == 1


def test_whoever_polls_while_all_reads_are_booked_writes_nothing(stage_on: Stage) -> None:
    bought = stage_on.buys()
    calls = len(stage_on.wire.calls)
    booked = True
    while booked:
        booked, _ = stage_on.parts.database.write(
            lambda c: book_read(c, now=stage_on.now, per_second=15, urgent=True, ahead=2 * SECOND)
        )

    with counted(stage_on.engine) as seen:
        answer = stage_on.returns(bought)

    assert (answer.order.final, answer.retry_after) == (False, 2)
    assert seen["connections"] == 1
    assert len(stage_on.wire.calls) == calls


def test_an_everyday_webhook_reads_and_settles_on_one_connection(stage_on: Stage) -> None:
    bought = stage_on.buys()
    stage_on.pays(bought)
    (paid,) = stage_on.events("checkout.session.completed")

    with counted(stage_on.engine) as seen:
        stage_on.delivers(paid)

    if stage_on.engine.dialect.name == "sqlite":  # one read, and a statement a table
        assert seen == {"connections": 1, "statements": 8}
    else:
        assert seen["connections"] == 1
        assert seen["statements"] == 0  # one read and one write, handed to the driver
