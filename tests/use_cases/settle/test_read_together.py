"""Who asks how an order stands while others do shares their statement, and hears of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from checkout_service.domain.errors import NotFound
from checkout_service.storage.ledger.read_to_tell import Told
from tests.support.running_stack import until
from tests.support.stage import Stage

# Only there can a reader be held up, and reads be shared.
POSTGRESQL = pytest.mark.parametrize("stage_kind", ["postgresql"])


def sold(stage: Stage, count: int) -> list[str]:
    """Open so many sessions and name them."""
    return [stage.buys().session or "" for _ in range(count)]


@contextmanager
def lent(stage: Stage) -> Iterator[list[object]]:
    """Count the connections that are lent."""
    seen: list[object] = []
    note = lambda *_: seen.append(1)  # noqa: E731
    event.listen(stage.engine, "checkout", note)
    yield seen
    event.remove(stage.engine, "checkout", note)


def asked_at_once(stage: Stage, sessions: list[str]) -> list[Future[Told]]:
    """Ask for all while the first is held up until the others wait for it."""
    together = stage.use_cases.confirm_payment.together
    gathering = together._gathered["session_id"]
    gathering.patience = 60.0
    with ThreadPoolExecutor(len(sessions)) as pool:
        with stage.engine.begin() as others:
            others.execute(text("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"))
            asked = [pool.submit(together.read, "session_id", sessions[0])]
            until(lambda: gathering._leader is not None, what="one who reads")
            asked += [pool.submit(together.read, "session_id", one) for one in sessions[1:]]
            until(lambda: gathering.waiting == len(sessions) - 1, what="those who wait")
        return asked


@POSTGRESQL
def test_those_who_ask_while_one_reads_share_a_statement(stage_on: Stage) -> None:
    sessions = sold(stage_on, 6)
    with lent(stage_on) as connections:
        asked = asked_at_once(stage_on, sessions)

    read = [one.result()[0].ledger.attempts[0].session_id for one in asked]
    assert read == sessions
    assert len(connections) == 3  # whoever held them up, the first, and the five


@POSTGRESQL
def test_who_asks_for_what_is_not_there_disturbs_nobody(stage_on: Stage) -> None:
    sessions = sold(stage_on, 3)
    asked = asked_at_once(stage_on, [sessions[0], "cs_test_unknown", *sessions[1:]])

    with pytest.raises(NotFound):
        asked.pop(1).result()
    assert [one.result()[0].ledger.attempts[0].session_id for one in asked] == sessions
