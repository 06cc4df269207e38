"""Law 7 in the database: an order's reads are counted by the month, and its looks grow rare."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND
from checkout_service.domain.schedule import MONTH, READS_A_MONTH, READS_AT_FIRST, Asker
from checkout_service.storage import leases, orders
from checkout_service.storage.database import Database
from checkout_service.storage.tables import orders as table

from .pending import NOW, ORDER, write_order

WINDOW = 2 * SECOND
LEASE = 2 * SECOND


def take(database: Database, at: int, *, asker: Asker = Asker.SWEEP, window: int = 0) -> bool:
    requests = database.write(
        lambda c: leases.take_look(c, ORDER, now=at, for_ms=LEASE, window_ms=window, asker=asker)
    )
    return requests is not None


def end(database: Database, at: int, reads: int = 1) -> None:
    database.write(
        lambda c: leases.end_look(c, ORDER, lease_until=at + LEASE, ended_at=at, reads=reads)
    )


def look(database: Database, at: int, *, asker: Asker = Asker.SWEEP, window: int = 0) -> bool:
    """Look once, for one read, if that is allowed now."""
    taken = take(database, at, asker=asker, window=window)
    if taken:
        end(database, at)
    return taken


def spent(database: Database) -> tuple[int, int]:
    with database.read() as connection:
        row = connection.execute(select(table.c.reads, table.c.reads_window)).one()
    return row.reads, row.reads_window


def test_a_first_month_takes_sixty_reads_of_which_buyers_and_merchants_leave_some(
    database: Database,
) -> None:
    database.write(write_order)

    polled = sum(look(database, NOW + n * HOUR, asker=Asker.BUYER) for n in range(100))
    asked = sum(look(database, NOW + 5 * DAY + n * HOUR, asker=Asker.MERCHANT) for n in range(100))
    swept = sum(look(database, NOW + 10 * DAY + n * HOUR) for n in range(100))

    assert (polled, polled + asked, polled + asked + swept) == (24, 48, READS_AT_FIRST)
    assert spent(database) == (READS_AT_FIRST, 0)
    assert not look(database, NOW + MONTH - 1)


def test_each_later_month_begins_anew_with_four(database: Database) -> None:
    database.write(write_order)
    database.write(lambda c: orders.update_order(c, ORDER, {"reads": READS_AT_FIRST}))

    for month in (1, 2, 7):
        began = NOW + month * MONTH
        polled = sum(look(database, began + n * HOUR, asker=Asker.BUYER) for n in range(20))
        swept = sum(look(database, began + DAY + n * HOUR) for n in range(20))
        assert (polled, polled + swept) == (1, READS_A_MONTH)
        assert spent(database) == (READS_A_MONTH, month)


@pytest.mark.parametrize(("cost", "looks"), [(1, 60), (4, 15), (7, 9)])
def test_what_counts_is_what_a_look_costs(database: Database, cost: int, looks: int) -> None:
    database.write(write_order)
    done = 0
    for n in range(100):
        at = NOW + n * HOUR
        if take(database, at):
            end(database, at, reads=cost)
            done += 1

    assert done == looks
    assert READS_AT_FIRST <= spent(database)[0] < READS_AT_FIRST + cost


def test_a_look_that_asked_nothing_costs_nothing(database: Database) -> None:
    database.write(write_order)
    for n in range(100):
        assert take(database, NOW + n * HOUR)
        end(database, NOW + n * HOUR, reads=0)

    assert spent(database) == (0, 0)


@pytest.mark.parametrize(
    ("reads", "windows"),
    [(0, 1), (7, 1), (8, 4), (11, 4), (12, 16), (15, 16), (16, 128), (19, 128), (20, 1_024)],
)
def test_whoever_polls_for_hours_is_looked_up_ever_more_rarely(
    database: Database, reads: int, windows: int
) -> None:
    database.write(write_order)
    database.write(lambda c: orders.update_order(c, ORDER, {"looked_at": NOW, "reads": reads}))

    too_early = NOW + windows * WINDOW - 1
    assert not take(database, too_early, asker=Asker.BUYER, window=WINDOW)
    assert take(database, too_early + 1, asker=Asker.BUYER, window=WINDOW)


def test_a_buyer_who_polls_all_day_leaves_the_order_its_budget(database: Database) -> None:
    database.write(write_order)

    polls = [*range(0, 2 * MINUTE, 2_500), *range(2 * MINUTE, DAY, 2 * MINUTE)]
    looks = [at for at in polls if look(database, NOW + at, asker=Asker.BUYER, window=WINDOW)]

    assert looks[:8] == list(range(0, 20_000, 2_500))  # whoever comes back finds out at once
    assert len(looks) == 24
    assert look(database, NOW + DAY)


def test_an_orders_clock_that_is_ahead_of_ours_is_its_first_month(database: Database) -> None:
    database.write(write_order)

    assert look(database, NOW - HOUR)
    assert spent(database) == (1, 0)


@pytest.mark.parametrize("window", [0, WINDOW])
def test_whoever_asks_first_whether_it_is_free_is_told_the_same(
    database: Database, window: int
) -> None:
    """Also when looks grow rare; whether a budget is spent, only taking one tells."""
    database.write(write_order)
    times = [NOW + 500 * n for n in range(40)] + [NOW + HOUR + 3_500 * n for n in range(40)]
    for at in times:
        with database.read() as connection:
            lease, looked_at, reads = connection.execute(
                select(table.c.look_lease_until, table.c.looked_at, table.c.reads)
            ).one()
        free = leases.is_free(lease, looked_at, now=at, for_ms=LEASE, window_ms=window, reads=reads)
        assert take(database, at, window=window) is free
        if free and at % 3_000:
            end(database, at)


def test_a_look_that_a_faster_clock_wrote_down_keeps_no_sweep_away(database: Database) -> None:
    """Proof, seed 427: a sweep not let in took that for a spent budget, and rested a month."""
    database.write(write_order)
    end(database, NOW + 40 * SECOND)

    assert not take(database, NOW, window=WINDOW)
    assert take(database, NOW)
    assert leases.is_free(None, NOW + 40 * SECOND, now=NOW, for_ms=LEASE, window_ms=0)


def test_reads_that_are_left_are_told_from_a_budget_that_is_spent(database: Database) -> None:
    database.write(write_order)
    with database.read() as connection:
        assert leases.has_reads(connection, ORDER, now=NOW)

    end(database, NOW, reads=READS_AT_FIRST)

    with database.read() as connection:
        assert not leases.has_reads(connection, ORDER, now=NOW)
        assert leases.has_reads(connection, ORDER, now=NOW + MONTH)
