"""The retry ladder, as a table and under every way to shake it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.clock import HOUR, MINUTE, SECOND
from checkout_service.domain.ports.notify import (
    LADDER,
    LONGEST_PAUSE,
    PROBE_EVERY,
    Failed,
    may_be_the_message,
    next_try,
    pause,
    read_retry_after,
)

NOW = 1_700_000_000_000
WAITS = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
]


def climb(slack: int) -> list[int]:
    """Fail every try, each this late, until the message is dead; return the waits between."""
    waits, age, tries = [], 0, 1
    while (due := next_try(tries=tries, age=age, now=age)) is not None:
        waits.append(due - age)
        age, tries = due + slack, tries + 1
    return waits


@pytest.mark.parametrize("slack", [0, 1, 900, 60 * SECOND])
def test_a_message_that_always_fails_climbs_the_whole_ladder_once(slack: int) -> None:
    assert climb(slack) == WAITS


def test_the_ladder_outlasts_three_days() -> None:
    assert sum(LADDER) > 72 * HOUR


def test_a_message_that_waited_long_before_its_first_try_starts_at_the_foot() -> None:
    assert next_try(tries=1, age=90 * 24 * HOUR, now=NOW) == NOW + 5 * SECOND


@pytest.mark.parametrize("tries", [2, 10, 50, 5_000])
def test_many_tries_in_a_short_time_use_no_message_up(tries: int) -> None:
    assert next_try(tries=tries, age=4 * SECOND, now=NOW) == NOW + 5 * SECOND
    assert next_try(tries=tries, age=30 * MINUTE, now=NOW) is not None


def test_a_message_is_dead_after_ten_tries_over_the_whole_ladder() -> None:
    assert next_try(tries=9, age=sum(LADDER), now=NOW) == NOW + 24 * HOUR
    assert next_try(tries=10, age=sum(LADDER) - 1, now=NOW) == NOW + 24 * HOUR
    assert next_try(tries=10, age=sum(LADDER), now=NOW) is None


@given(st.integers(1, 10_000), st.integers(-HOUR, 400 * HOUR), st.integers(-5, 10**9))
def test_a_next_try_is_always_ahead_and_never_beyond_a_day(
    tries: int, age: int, retry_after: int
) -> None:
    due = next_try(tries=tries, age=age, now=NOW, retry_after=retry_after)

    assert due is None or NOW + 5 * SECOND <= due <= NOW + 24 * HOUR


@pytest.mark.parametrize(
    ("tries", "retry_after", "wait"),
    [
        (1, None, 5 * SECOND),
        (1, 0, 5 * SECOND),
        (1, 3, 5 * SECOND),
        (1, 120, 120 * SECOND),
        (1, 3_600, HOUR),
        (1, 10**9, LONGEST_PAUSE),
        (5, 60, 5 * HOUR),
    ],
)
def test_a_receiver_may_ask_for_more_time_within_bounds(
    tries: int, retry_after: int | None, wait: int
) -> None:
    due = next_try(tries=tries, age=10 * HOUR, now=NOW, retry_after=retry_after)

    assert due == NOW + wait


def test_a_pause_is_bounded_both_ways() -> None:
    assert pause(None) == pause(-3) == 0
    assert pause(10**12) == LONGEST_PAUSE


def test_a_probe_goes_out_once_a_minute_and_leaves_time_for_the_rest() -> None:
    assert 50 * SECOND <= PROBE_EVERY < MINUTE


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        (" 7 ", 7),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("9" * 40, None),
        ("soon", None),
        ("Sat, 21 Nov 2026 08:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0),
        ("Sat, 21 Nov 2026 08:00:30", 30),
        ("Sat, 99 Nov 2026 08:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    header: str | None, seconds: int | None
) -> None:
    now = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)

    assert read_retry_after(header, now=now) == seconds


WHOLE = [
    Failed("HTTP 500", 30),
    Failed("HTTP 429"),
    Failed("HTTP 503", 30),
    Failed("HTTP 302"),
    Failed("ConnectTimeout"),
]


@pytest.mark.parametrize("failure", [Failed("HTTP 500"), Failed("HTTP 400"), Failed("HTTP 404")])
def test_a_plain_refusal_may_lie_in_the_message(failure: Failed) -> None:
    assert may_be_the_message(str(failure))


@pytest.mark.parametrize("failure", WHOLE)
def test_every_other_failure_speaks_of_the_receiver(failure: Failed) -> None:
    assert not may_be_the_message(str(failure))
