"""Claimed messages that wait for a sender: those of one order go one after the other.

What waited too long is given back, with all that stands behind it in its order: an answer to a
send begun any later could come after the lease.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from checkout_service.storage.outbox import Message

# An answer may take 13 s, of the 20 that a lease lasts.
_BEGIN_WITHIN_SECONDS = 3.0


@dataclass(slots=True)
class Line:
    """`now` is a monotonic time in seconds wherever one is asked for."""

    _waiting: dict[str, deque[tuple[float, Message]]] = field(default_factory=dict)
    _sending: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, messages: Iterable[Message], *, now: float) -> None:
        for message in sorted(messages, key=lambda one: (one.next_at, one.sequence)):
            group = self._waiting.setdefault(message.order_id, deque())
            group.append((now + _BEGIN_WITHIN_SECONDS, message))

    def next(self) -> Message | None:
        """Take the next message whose order is not being told of already."""
        free = next((order for order in self._waiting if order not in self._sending), None)
        if free is None:
            return None
        group = self._waiting[free]
        _, message = group.popleft()
        if not group:
            del self._waiting[free]
        self._sending.add(free)
        return message

    def done(self, message: Message) -> None:
        """Let the next message of this one's order go."""
        self._sending.discard(message.order_id)

    def late(self, *, now: float) -> list[str]:
        """Take out what may not be begun any more."""
        orders = [order for order, group in self._waiting.items() if group[0][0] < now]
        return self._leave(orders)

    def leave(self) -> list[str]:
        """Take out all that waits."""
        return self._leave(list(self._waiting))

    def _leave(self, orders: list[str]) -> list[str]:
        return [message.id for order in orders for _, message in self._waiting.pop(order)]
