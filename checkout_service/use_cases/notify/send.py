"""Send messages, each again as soon as a sender is free, and mark those that arrived together.

The first failure ends it: what was not sent is given back, tried or not by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.notify import Receiver
from checkout_service.storage import outbox
from checkout_service.storage.boxes import Box
from checkout_service.storage.database import Database
from checkout_service.storage.outbox import Message

from .line import Line
from .mark import Mark, Sent
from .pace import Pace
from .senders import Senders, senders

AT_ONCE = 8
# While answers are awaited somebody may have written more.
_LOOK_AGAIN_SECONDS = 1.0

More = Callable[[], list[Message]]


@frozen
class Send:
    database: Database
    receiver: Receiver
    clock: Clock
    owner: str
    box: Box
    pace: Pace
    keep_going: Callable[[], bool]

    def alone(self, batch: Sequence[Message], *, probing: bool) -> Sent:
        """Send these in the caller's own thread. Raises DatabaseUnavailable."""
        with senders(self.receiver, Pace(1, 1)) as crew:
            return self._run(crew, batch, list, probing=probing)

    def stream(self, batch: Sequence[Message], *, more: More) -> Sent:
        """Send these and all that there is `more` of, at the pace. Raises DatabaseUnavailable."""
        with senders(self.receiver, self.pace) as crew:
            return self._run(crew, batch, more, probing=False)

    def _run(self, crew: Senders, batch: Sequence[Message], more: More, *, probing: bool) -> Sent:
        mark = Mark(self.database, self.receiver, self.clock, self.owner, self.box, probing)
        line = Line()
        line.add(batch, now=self.clock.monotonic())
        try:
            while self._fill(crew, line, mark.sent, more):
                answers = crew.finished(within=_LOOK_AGAIN_SECONDS)
                mark.write(answers)
                for answer in answers:
                    line.done(answer.message)
        except DatabaseUnavailable:
            while crew.busy:  # what arrived is told, if only somehow it can be
                mark.unwritten.extend(crew.finished(within=None))
            mark.write([])
            raise
        return mark.sent

    def _fill(self, crew: Senders, line: Line, sent: Sent, more: More) -> bool:
        """Give every sender something to do; False when all is done."""
        going = not sent.failed and self.keep_going()
        if going and crew.free > 0 and len(line) < crew.pace.at_once:
            line.add(more(), now=self.clock.monotonic())
        self._give_back(line, all_of_it=not going)
        while going and crew.free > 0 and (message := line.next()) is not None:
            crew.begin(message)
            going = self.keep_going()
        return crew.busy > 0

    def _give_back(self, line: Line, *, all_of_it: bool) -> None:
        left = line.leave() if all_of_it else line.late(now=self.clock.monotonic())
        if left:
            self.database.write(lambda c: outbox.give_back(c, self.box, left, self.owner))
