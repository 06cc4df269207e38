"""Work that came while other work was under way, done together by the thread that is next.

Whoever comes alone does its own at once. Whoever comes while somebody leads waits for its turn, and
the first of those who wait then leads them all. Nobody waits for a leader that is stuck.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class _Turn(Generic[Item, Done]):
    """One who waits: woken when its work is done, failed, or when it is to lead."""

    item: Item
    key: Hashable
    woken: threading.Lock = field(default_factory=threading.Lock)
    leads: bool = False
    done: Done | None = None
    error: Exception | None = None


class Gathering(Generic[Item, Done]):
    """Does the work of several threads in one."""

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Done]],
        *,
        most: int,
        common: type[Exception],
    ) -> None:
        """`common` is an error that all would meet: nobody who was in the group tries again."""
        self._work = work
        self._most = most
        self._common = common
        self.patience = _PATIENCE_SECONDS  # with whoever leads
        self._lock = threading.Lock()
        self._leader: int | None = None
        self._waiting: list[_Turn[Item, Done]] = []

    @property
    def waiting(self) -> int:
        """How many wait for whoever leads."""
        return len(self._waiting)

    def do(self, item: Item, *, key: Hashable) -> Done | None:
        """Do the work, together with others of other keys; None if all of them failed.

        Whose fault that was shows when each is done in another way. Raises what the work raises
        for one alone, and the common error.
        """
        turn: _Turn[Item, Done] = _Turn(item, key)
        with self._lock:
            within = self._leader == threading.get_ident()  # it would wait for itself
            turn.leads = self._leader is None
            if turn.leads:
                self._leader = threading.get_ident()
            elif not within:
                turn.woken.acquire()
                self._waiting.append(turn)
        if not turn.leads and (within or not self._await(turn)):
            return self._work([item])[0]
        if turn.leads:
            self._lead(turn)
        if turn.error is not None:
            raise turn.error
        return turn.done

    def _await(self, turn: _Turn[Item, Done]) -> bool:
        """Wait to be woken. False for one who waited too long, and will do it alone."""
        if turn.woken.acquire(timeout=self.patience):
            return True
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        turn.woken.acquire()  # it is done right now, or is to lead
        return True

    def _lead(self, mine: _Turn[Item, Done]) -> None:
        group = self._gather(mine)
        try:
            for turn, done in zip(group, self._work([one.item for one in group]), strict=True):
                turn.done = done
        except Exception as error:
            if len(group) == 1:
                raise
            if isinstance(error, self._common):
                for turn in group:
                    turn.error = error
            else:
                log.exception("group.undone", extra={"size": len(group)})
        finally:
            self._hand_over()
            for turn in group:
                if turn is not mine:
                    turn.woken.release()

    def _gather(self, mine: _Turn[Item, Done]) -> list[_Turn[Item, Done]]:
        """Take those who wait into the group, one of each key."""
        group, keys = [mine], {mine.key}
        with self._lock:
            self._leader = threading.get_ident()
            left = []
            for turn in self._waiting:
                if len(group) < self._most and turn.key not in keys:
                    group.append(turn)
                    keys.add(turn.key)
                else:
                    left.append(turn)
            self._waiting = left
        return group

    def _hand_over(self) -> None:
        """Let the one who has waited longest lead, if anybody waits."""
        with self._lock:
            self._leader = None
            if self._waiting:
                heir = self._waiting.pop(0)
                heir.leads = True
                self._leader = -1  # somebody, who will say so
                heir.woken.release()
