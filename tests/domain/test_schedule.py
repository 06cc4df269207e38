"""Law 7: every waiting state has a last moment, and every order a budget of reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND
from checkout_service.domain.facts.reading import VOUCHER_GRACE
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.schedule import (
    MONTH,
    MOST_TRIES,
    READS_A_MONTH,
    READS_AT_FIRST,
    WAIT_FOR_ORDER,
    WAIT_FOR_PAYMENT,
    Asker,
    backoff,
    end_of,
    is_overdue,
    is_stray,
    most_reads,
    next_look,
    next_wait,
    next_wait_for_payment,
    reads_window,
    window_end,
)
from checkout_service.domain.status import SETTLED, AttemptKind, AttemptState, OrderStatus

from .build import attempt, ledger

NOW = 1_800_000_000_000
INTERVALS = [SECOND, MINUTE]
SWEEPS_SHARE = 36  # of the first month's sixty; buyers who poll have the rest
S, A = OrderStatus, AttemptState


def order(status: OrderStatus, state: AttemptState, **changes: object) -> Ledger:
    return ledger(attempt(state=state, **changes), status=status)


WAITING: dict[str, Ledger] = {
    "a session without an end": order(S.PENDING, A.OPEN),
    "a session of a day": order(S.PENDING, A.OPEN, expires_at=NOW + DAY),
    "an intent of a day": order(S.PENDING, A.OPEN, kind=AttemptKind.INTENT, expires_at=NOW + DAY),
    "a voucher": order(
        S.PROCESSING, A.PROCESSING, kind=AttemptKind.INTENT, expires_at=NOW + 14 * DAY
    ),
    "a transfer": order(S.PROCESSING, A.PROCESSING, kind=AttemptKind.INTENT),
    "a link that was not paid": order(S.PENDING, A.OPEN, kind=AttemptKind.LINK),
    "a failed intent": order(S.FAILED, A.FAILED, kind=AttemptKind.INTENT),
    "a stray session": order(S.EXPIRED, A.EXPIRED, guessed=True, stripe_status="open"),
}
PAID = order(S.PAID, A.SUCCEEDED)


def looks(
    shown: Callable[[int], Ledger], *, interval: int, until: int, created: int = NOW
) -> list[int]:
    """Sweep an order, whenever it is due; return the times of all looks."""
    times, tries, due = list[int](), 0, created + interval
    was_settled = False
    while due is not None and due < created + until:
        times.append(due)
        now = shown(due)
        settled = now.status in SETTLED
        tries = 0 if settled and not was_settled else tries + 1
        was_settled = settled
        again = next_look(now, now=due, tries=tries, interval=interval, created_at=created)
        if again is None:
            break
        assert again > due
        due = again
    return times


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", WAITING)
def test_the_sweep_keeps_to_its_share_of_thirty_days(name: str, interval: int) -> None:
    times = looks(lambda _: WAITING[name], interval=interval, until=MONTH)

    assert 10 < len(times) <= SWEEPS_SHARE


@pytest.mark.parametrize("interval", INTERVALS)
@given(st.integers(0, 40 * DAY), st.sampled_from(sorted(WAITING)))
def test_whenever_it_is_paid_the_share_is_kept(interval: int, paid_after: int, name: str) -> None:
    def shown(at: int) -> Ledger:
        return PAID if at >= NOW + paid_after else WAITING[name]

    assert len(looks(shown, interval=interval, until=MONTH)) <= SWEEPS_SHARE


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", WAITING)
def test_after_the_first_month_four_looks_a_month_are_enough(name: str, interval: int) -> None:
    times = looks(lambda _: WAITING[name], interval=interval, until=8 * MONTH)

    months = Counter(reads_window(NOW, at) for at in times)
    del months[0]
    assert set(months) == set(range(1, 8))
    assert max(months.values()) <= READS_A_MONTH


def test_the_steps_grow_from_one_interval_to_two_days() -> None:
    times = [NOW, *looks(lambda _: WAITING["a transfer"], interval=MINUTE, until=MONTH)]
    gaps = [after - before for before, after in pairwise(times)]

    assert gaps[:7] == [m * MINUTE for m in (1, 2, 5, 15, 60, 120, 240)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 2 * DAY


def test_law_8_a_settled_order_is_looked_at_after_an_hour_a_day_and_a_week() -> None:
    times = looks(lambda _: PAID, interval=MINUTE, until=2 * MONTH)

    assert [at - times[0] for at in times] == [0, HOUR, DAY, 7 * DAY]


@pytest.mark.parametrize("also", [A.OPEN, A.EXPIRED])
def test_an_order_paid_beside_another_attempt_keeps_its_later_looks(also: AttemptState) -> None:
    paid = ledger(attempt(state=A.SUCCEEDED), attempt(seq=2, state=also), status=S.PAID)

    times = looks(lambda _: paid, interval=MINUTE, until=2 * MONTH)

    after = [0, MINUTE, HOUR + MINUTE, DAY + MINUTE, 7 * DAY + MINUTE]
    assert [at - times[0] for at in times] == after


@pytest.mark.parametrize(
    ("status", "state"),
    [(S.EXPIRED, A.EXPIRED), (S.CANCELED, A.EXPIRED), (S.FAILED, A.FAILED)],
)
def test_what_cannot_change_any_more_is_looked_at_no_more(
    status: OrderStatus, state: AttemptState
) -> None:
    over = order(status, state)

    assert next_look(over, now=NOW, tries=0, interval=MINUTE, created_at=NOW) is None


def test_an_attempts_end_is_looked_at_at_once_whatever_the_steps() -> None:
    ends = order(S.PENDING, A.OPEN, expires_at=NOW + HOUR)

    due = next_look(ends, now=NOW, tries=20, interval=MINUTE, created_at=NOW)

    assert due == NOW + HOUR + 5 * SECOND


INTENT = {"kind": AttemptKind.INTENT, "expires_at": NOW}


@pytest.mark.parametrize(
    ("state", "more", "end"),
    [
        (A.OPEN, INTENT, NOW),
        (A.FAILED, INTENT, NOW),
        (A.PROCESSING, INTENT | {"stripe_status": "requires_action"}, NOW + VOUCHER_GRACE),
        (A.PROCESSING, INTENT | {"stripe_status": "processing"}, None),
        (A.OPEN, {"expires_at": NOW}, NOW),
        (A.PROCESSING, {"expires_at": NOW}, None),
        (A.OPEN, {"expires_at": None}, None),
        (A.SUCCEEDED, INTENT, None),
        (A.CANCELED, INTENT, None),
    ],
)
def test_every_waiting_attempt_has_a_last_moment(
    state: AttemptState, more: dict[str, object], end: int | None
) -> None:
    waiting = attempt(state=state, **more)

    assert end_of(waiting) == end
    overdue = end is not None and waiting.kind is AttemptKind.INTENT
    assert is_overdue(waiting, now=NOW + VOUCHER_GRACE) is overdue
    assert not is_overdue(waiting, now=NOW - 1)


def test_only_what_we_gave_up_or_canceled_and_stripe_keeps_open_is_a_stray() -> None:
    waits, canceled = ledger(), replace(ledger(), canceled=True)
    stray = attempt(state=A.EXPIRED, guessed=True, stripe_status="open")
    still_open = attempt(state=A.OPEN, stripe_status="open")

    assert is_stray(waits, stray)
    assert not is_stray(waits, attempt(state=A.EXPIRED, guessed=True, stripe_status="expired"))
    assert not is_stray(waits, still_open)
    assert not is_stray(waits, attempt(state=A.EXPIRED, guessed=True, session_id=None))
    assert is_stray(canceled, still_open)
    assert not is_stray(canceled, replace(still_open, ours=False))
    assert not is_stray(canceled, replace(still_open, kind=AttemptKind.LINK))
    assert not is_stray(canceled, replace(still_open, state=A.PROCESSING))


def test_what_fails_is_tried_at_growing_distance_and_then_waits_for_a_person() -> None:
    waits = [backoff(tries, NOW) for tries in range(MOST_TRIES + 3)]

    known = [at - NOW for at in waits if at is not None]
    assert len(known) == MOST_TRIES
    assert known == sorted(known)
    assert waits[MOST_TRIES:] == [None] * 3


@pytest.mark.parametrize(
    ("wait", "life"), [(next_wait, WAIT_FOR_ORDER), (next_wait_for_payment, WAIT_FOR_PAYMENT)]
)
def test_an_event_of_something_unknown_waits_a_while_and_not_for_ever(
    wait: Callable[[int, int], int | None], life: int
) -> None:
    now, times = NOW, 0
    while (due := wait(NOW, now)) is not None:
        assert due > now
        now, times = due, times + 1

    assert life <= now - NOW <= life + 11 * MINUTE
    assert times < 250


def test_months_are_counted_from_the_orders_own_beginning() -> None:
    assert [reads_window(NOW, NOW + at) for at in (-HOUR, 0, MONTH - 1, MONTH, 3 * MONTH)] == [
        0, 0, 0, 1, 3,
    ]  # fmt: skip
    for window in range(4):
        end = window_end(NOW, window)
        assert (reads_window(NOW, end - 1), reads_window(NOW, end)) == (window, window + 1)


def test_buyers_leave_the_merchant_a_share_and_both_leave_the_sweep_one() -> None:
    at_first, later = ([most_reads(window, asker) for asker in Asker] for window in (0, 5))
    assert at_first == [READS_AT_FIRST - SWEEPS_SHARE, READS_AT_FIRST - 12, READS_AT_FIRST]
    assert 0 < later[0] < later[1] < later[2] == READS_A_MONTH
