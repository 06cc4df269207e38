"""Say who is told, once in the life of a process: those that its settings name, and nobody else.

What the processes say last counts, so one that begins while another is about to end decides.
"""

from __future__ import annotations

from dataclasses import field

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.storage import receivers, sharing
from checkout_service.storage.database import Database


@frozen
class Register:
    database: Database
    clock: Clock
    names: tuple[str, ...]
    done: list[int] = field(default_factory=list)  # since when there is somebody to tell

    def once(self) -> int:
        """Register the receivers unless that was done. Raises DatabaseUnavailable.

        Returns since when there is somebody to tell.
        """
        if self.done:
            return self.done[0]
        with self.database.read() as connection:
            began = receivers.began(connection)
            known = receivers.registered(connection)
        now = self.clock.now()
        if began is None or known.keys() != set(self.names):
            began = self.database.write(lambda c: receivers.register(c, self.names, now=now))
        with self.database.read() as connection:  # whoever began to forget one may have died
            more = sharing.is_any_former(connection)
        while more:
            more = self.database.write(lambda c: sharing.forget_former(c, now=now))
        self.done.append(began)
        return began
