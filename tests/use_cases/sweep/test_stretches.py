"""A backlog of events, cut by time: each is read once, and dense seconds are read side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from checkout_service.domain.clock import SECOND
from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.ports.events import EventPage
from checkout_service.use_cases.sweep.read_missed import Stretch, rest_of

Backlog = list[tuple[int, str]]  # milliseconds of a whole second, id; oldest first


def backlog(seconds: dict[int, int]) -> Backlog:
    """Make so many events in each of these seconds."""
    times = [at * SECOND for at, count in sorted(seconds.items()) for _ in range(count)]
    return [(at, f"evt_{place:05}") for place, at in enumerate(times)]


def page_of(events: Backlog, stretch: Stretch, size: int) -> EventPage:
    """List a page as Stripe does: the newest of a time, or those before a page."""
    end = None if stretch.end is None else stretch.end // SECOND * SECOND
    inside = [
        (at, name)
        for at, name in events
        if at >= stretch.start // SECOND * SECOND
        and (end is None or at <= end)
        and (stretch.before is None or name < stretch.before)
    ]
    shown = inside[-size:]
    more = shown[0][1] if len(inside) > size else None
    return EventPage([event(at, name) for at, name in shown], more)


def event(at: int, name: str) -> IncomingEvent:
    return IncomingEvent(name, "any", api_version=None, livemode=False, created=at, body=b"")


def read(events: Backlog, size: int, start: int = 0) -> tuple[list[str], int]:
    """Read all, as many pages at once as there are; tell what was read in how many turns."""
    seen, turns, stretches = [], 0, [Stretch(start)]
    while stretches:
        turns += 1
        pages = [(stretch, page_of(events, stretch, size)) for stretch in stretches]
        seen += [one.id for _, page in pages for one in page.events]
        stretches = [rest for stretch, page in pages for rest in rest_of(stretch, page)]
    return seen, turns


@given(
    st.dictionaries(st.integers(0, 40), st.integers(1, 30), max_size=12),
    st.integers(1, 7),
    st.integers(0, 41_000),
)
def test_every_event_of_a_backlog_is_read_once(
    seconds: dict[int, int], size: int, start: int
) -> None:
    events = backlog(seconds)
    seen, _ = read(events, size, start)
    assert sorted(seen) == [name for at, name in events if at // SECOND >= start // SECOND]


def test_dense_seconds_are_read_side_by_side() -> None:
    events = backlog(dict.fromkeys(range(100, 108), 500))
    seen, turns = read(events, 100)
    assert len(seen) == 4_000
    assert turns <= 8  # of 40 pages, five a second


def test_a_long_dense_backlog_is_read_side_by_side() -> None:
    seen, turns = read(backlog(dict.fromkeys(range(100, 120), 200)), 100)
    assert len(seen) == 4_000
    assert turns <= 8


def test_a_thin_backlog_is_read_side_by_side() -> None:
    seen, turns = read(backlog(dict.fromkeys(range(0, 20_000, 10), 2)), 100)
    assert len(seen) == 4_000
    assert turns <= 16  # of 40 pages
