"""Law 4: a request for a look is counted; a look answers those that were there when it began."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from checkout_service.domain.order.settlement import Settlement
from checkout_service.domain.schedule import AT_ONCE
from checkout_service.storage import due_orders, leases, orders
from checkout_service.storage.database import Database
from checkout_service.storage.ledger.diff import Cause, LookPlan, plan_writing
from checkout_service.storage.ledger.read import Loaded, load_ledger
from checkout_service.storage.ledger.write import write

from .pending import NOW, ORDER, write_order

HOUR = 3_600_000
THREADS = 6


def loaded(database: Database) -> Loaded:
    with database.read() as connection:
        found = load_ledger(connection, ORDER, lock=False)
    assert found is not None
    return found


def settle_with(database: Database, plan: LookPlan | None) -> bool:
    """Write a settlement that changes nothing but the next look."""
    known = loaded(database)
    nothing = Settlement(known.ledger, known.ledger, ())
    writing = plan_writing(known, nothing, Cause("sweep", NOW), plan)
    return database.write_at_once(lambda c: write(c, writing))


def begun(database: Database, at: int = NOW) -> int:
    """Begin a look; return the number of the requests that it will answer."""
    requests = database.write(
        lambda c: leases.take_look(c, ORDER, now=at, for_ms=2_000, window_ms=0)
    )
    assert requests is not None
    return requests


def request_look(database: Database, at: int = AT_ONCE) -> None:
    database.write(lambda c: orders.make_look_due(c, ORDER, at))


def test_a_look_answers_the_requests_that_were_there_when_it_began(database: Database) -> None:
    database.write(write_order)
    request_look(database)
    request_look(database)

    requests = begun(database)
    assert settle_with(database, LookPlan(NOW + HOUR, 1, requests))

    assert requests == 2
    assert (loaded(database).look_due_at, loaded(database).look_tries) == (NOW + HOUR, 1)


@pytest.mark.parametrize("plan", [NOW + HOUR, None])
@pytest.mark.parametrize("requested_at", [AT_ONCE, NOW - 5])
def test_a_request_that_came_meanwhile_is_not_erased(
    database: Database, plan: int | None, requested_at: int
) -> None:
    database.write(write_order)
    requests = begun(database)
    request_look(database, requested_at)

    assert settle_with(database, LookPlan(plan, 1, requests))  # what the look saw is written

    assert (loaded(database).look_due_at, loaded(database).look_requests) == (requested_at, 1)
    assert settle_with(database, LookPlan(plan, 2, begun(database, NOW + 5_000)))
    assert loaded(database).look_due_at == plan


def test_a_settlement_without_a_look_of_its_own_leaves_the_request(database: Database) -> None:
    database.write(write_order)
    known = loaded(database)
    nothing = Settlement(known.ledger, known.ledger, ())
    writing = plan_writing(known, nothing, Cause("webhook", NOW))
    request_look(database)

    assert database.write_at_once(lambda c: write(c, writing))

    assert (loaded(database).look_due_at, loaded(database).look_requests) == (AT_ONCE, 1)


def test_a_plan_that_is_itself_a_request_is_counted(database: Database) -> None:
    database.write(write_order)
    on_its_way = begun(database)

    assert settle_with(database, LookPlan(AT_ONCE, 0, on_its_way, requested=True))
    assert loaded(database).look_requests == on_its_way + 1
    assert settle_with(database, LookPlan(NOW + HOUR, 1, on_its_way))

    assert loaded(database).look_due_at == AT_ONCE


@pytest.mark.parametrize(
    ("was", "requested_at", "due"),
    [(None, NOW, NOW), (NOW, NOW - 5, NOW - 5), (NOW - 5, NOW, NOW - 5), (NOW, AT_ONCE, AT_ONCE)],
)
def test_a_request_only_makes_a_look_sooner(
    database: Database, was: int | None, requested_at: int, due: int
) -> None:
    database.write(write_order)
    database.write(lambda c: orders.update_order(c, ORDER, {"look_due_at": was}))

    request_look(database, requested_at)

    assert (loaded(database).look_due_at, loaded(database).look_requests) == (due, 1)


def test_requests_made_at_once_are_all_counted(database: Database) -> None:
    database.write(write_order)
    gate = threading.Barrier(THREADS)

    def go(_: int) -> None:
        gate.wait()
        request_look(database)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(go, range(THREADS)))

    assert loaded(database).look_requests == THREADS


def test_a_look_that_failed_is_postponed_unless_another_was_requested(
    database: Database,
) -> None:
    database.write(write_order)
    requests = begun(database)
    database.write(lambda c: due_orders.look_again_at(c, ORDER, NOW + HOUR, requests=requests))
    assert loaded(database).look_due_at == NOW + HOUR

    request_look(database)
    database.write(lambda c: due_orders.look_again_at(c, ORDER, NOW + HOUR, requests=requests))

    assert loaded(database).look_due_at == AT_ONCE


def test_what_is_due_says_which_requests_it_has_to_answer(database: Database) -> None:
    database.write(write_order)
    request_look(database)
    with database.read() as connection:
        (due,) = due_orders.due_orders(connection, now=NOW, limit=9)
    numbered = loaded(database).look_requests

    assert (due.order_id, due.requests, numbered) == (ORDER, 1, 1)
    begun(database)
    with database.read() as connection:
        assert due_orders.due_orders(connection, now=NOW, limit=9) == []


def test_a_person_who_takes_an_order_out_of_quarantine_requests_a_look(
    database: Database,
) -> None:
    database.write(write_order)
    assert [
        database.write(lambda c: due_orders.look_failed(c, ORDER, error="resource_missing"))
        for _ in range(3)
    ] == [1, 2, 3]
    assert database.write(
        lambda c: due_orders.quarantine(c, ORDER, now=NOW, why="resource_missing")
    )
    with database.read() as connection:
        assert due_orders.quarantined(connection, limit=9) == [(ORDER, "resource_missing")]
        assert due_orders.due_orders(connection, now=NOW * 2, limit=9) == []

    assert database.write(lambda c: due_orders.release_from_quarantine(c, ORDER))

    assert (loaded(database).look_due_at, loaded(database).look_requests) == (AT_ONCE, 1)
    assert not database.write(lambda c: due_orders.release_from_quarantine(c, ORDER))
