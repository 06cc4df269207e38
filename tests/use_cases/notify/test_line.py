"""Messages of one order leave the line one after the other, whatever waits for whom."""

from __future__ import annotations

from checkout_service.storage.outbox import Message
from checkout_service.use_cases.notify.line import Line


def message(order: str, sequence: int, *, next_at: int = 0) -> Message:
    return Message(f"{order}{sequence}", order, "order.paid", "{}", 0, 0, sequence, next_at)


def taken(line: Line) -> list[str]:
    found = []
    while (one := line.next()) is not None:
        found.append(one.id)
    return found


def test_the_second_of_an_order_waits_until_the_first_is_done() -> None:
    first, second = message("a", 1), message("a", 2)
    line = Line()
    line.add([second, first, message("b", 1)], now=0)

    assert taken(line) == ["a1", "b1"]
    line.done(first)
    assert taken(line) == ["a2"]


def test_what_is_claimed_later_waits_for_its_order_too() -> None:
    first = message("a", 1)
    line = Line()
    line.add([first], now=0)
    assert taken(line) == ["a1"]
    line.add([message("a", 2)], now=0)

    assert taken(line) == []
    line.done(first)
    assert taken(line) == ["a2"]


def test_what_is_due_first_goes_first() -> None:
    line = Line()
    line.add([message("a", 1, next_at=5), message("b", 1, next_at=3)], now=0)

    assert taken(line) == ["b1", "a1"]


def test_what_waited_too_long_is_given_back_with_all_behind_it() -> None:
    line = Line()
    line.add([message("a", 1), message("b", 1)], now=0)
    assert line.next() is not None
    line.add([message("b", 2)], now=2.5)

    assert line.late(now=3.5) == ["b1", "b2"]
    assert len(line) == 0
