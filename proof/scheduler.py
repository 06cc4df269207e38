"""Tells a story move by move, and lets other moves come in between the steps of each.

What the service or Stripe refuses is the end of a move, not of the story. Whatever else a move
raises breaks a law.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from checkout_service.domain.errors import CheckoutError, DatabaseUnavailable
from tests.support.stage import Killed, Refused, Step

from . import gap
from .coverage import Coverage
from .invariants import Safety
from .moves import MOVES
from .story import During, Move
from .world import Play

_DEEPEST = 2


class Scheduler:
    """Performs moves in a play; told of each step, it lets happen what a story wants there."""

    def __init__(self, play: Play, safety: Safety, coverage: Coverage | None = None) -> None:
        self.play = play
        self.safety = safety
        self.coverage = coverage
        self.depth = 0
        # SQLite has one writer: nobody else comes between what it reads and what it writes.
        self.alone = play.stage.engine.dialect.name == "sqlite"

    def tell(self) -> None:
        """Tell the whole story; stops at the first law that is broken."""
        story, engine = self.play.story, self.play.stage.engine
        early = story.gap if gap.is_possible(engine) else 0
        for move in story.moves[:early]:
            self.act(move)
            self._restart()
        if early:
            gap.migrate(engine)
        for move in story.moves[early:]:
            if self.play.broken:
                return
            self.perform(move)

    def perform(self, move: Move) -> None:
        """Perform one move, with all that comes in between, and look whether the laws hold."""
        play = self.play
        play.began_at = play.stage.now
        if play.layer in ("sweep", "looks", "polls"):
            play.stage.drops()
        if self.coverage is not None:
            self.coverage.before(play, move)
        self.act(move)
        self._restart()
        if not play.broken:
            self.safety.check(play)
        if self.coverage is not None:
            self.coverage.after(play, move)

    def act(self, move: Move) -> None:
        """Make one move, with all that comes in between; a failure of its own breaks a law."""
        self.depth += 1
        with ExitStack() as hooks:
            for during in move.during:
                hooks.callback(self._plant(during))
            try:
                MOVES[move.name](self.play, move)
            except (CheckoutError, Refused, Killed, ConnectionResetError):
                pass  # refused, dead, or a buyer whom Stripe itself cut off
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a result
                self.play.breaks(
                    "nothing breaks", f"{move.name}: {type(error).__name__}: {str(error)[:300]}"
                )
        self.depth -= 1

    def _restart(self) -> None:
        for number, replica in list(self.play.stage.replicas.items()):
            if replica.dead:
                self.play.stage.restart(number)

    def _plant(self, during: During) -> Callable[[], None]:
        """Wait for the moment that this is to happen at; return what ends the waiting."""
        seen, done, read, depth, moment = 0, False, False, self.depth, during.moment
        if during.what == "move" and during.at != "call" and moment == "before" and self.alone:
            moment = "begins"

        def hook(step: Step) -> None:
            nonlocal seen, done, read
            if self.depth != depth:
                return
            if step.call is not None and step.moment == "after" and step.call.method == "GET":
                read = True
            if done or step.moment != moment or step.is_write is (during.at == "call"):
                return
            if during.at == "record" and not read:
                return
            seen, read = seen + 1, False
            if seen == during.nth:
                done = True
                self._happen(during, step)

        return self.play.stage.told_of(hook)

    def _happen(self, during: During, step: Step) -> None:
        match during.what:
            case "kill":
                self.play.stage.kill(step.replica)
                raise Killed
            case "cut":
                raise ConnectionResetError("cut by the proof")
            case "gone":
                raise DatabaseUnavailable
            case "move" if during.move is not None and self.depth < _DEEPEST:
                self.act(during.move)
