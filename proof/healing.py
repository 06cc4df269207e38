"""After the story: faults off, everybody well, and a bounded time for the service to be right."""

from __future__ import annotations

from contextlib import suppress

from checkout_service.domain.errors import CheckoutError
from checkout_service.domain.ports.notify import Delivered
from tests.support.stage import Killed, Refused

from .moves import MOVES
from .oracle import differences
from .scheduler import Scheduler
from .story import Move
from .webhooks_alone import note_wishes
from .world import Play

_HOUR, _DAY = 3600, 86_400
# A little more than nine days, in growing steps: law 8 looks again after an hour, a day, a week.
STEPS = (75, 1500, 2 * _HOUR, 8 * _HOUR, _DAY, _DAY, 2 * _DAY, 5 * _DAY)


def heal(play: Play, scheduler: Scheduler) -> None:
    """Heal the world and let it live on; break a law for every difference that is left."""
    stage = play.stage
    stage.control("DELETE", "faults")
    for clock in stage.clocks.values():
        clock.off = 0
    stage.receiver.says(Delivered())
    with suppress(CheckoutError):
        stage.use_cases.deliver_outbox.enable()
    left: list[tuple[str, str]] = []
    for seconds in STEPS:
        stage.advance(seconds)
        play.began_at = stage.now
        _live(play)
        scheduler.safety.check(play)
        if play.broken:
            return
        left = differences(play)
        if not left and not play.story.patient:
            return
    for law, what in left:
        play.breaks(law, what)


def _live(play: Play) -> None:
    stage, layer = play.stage, play.layer
    telling = play.takes_webhooks and play.story.heals_by == "telling"
    if telling:
        stage.delivers()
        note_wishes(play, 0)
    else:
        stage.drops()
    if layer in ("polls", "pull"):
        turns = [
            (w, n) for w, wish in enumerate(play.wishes) for n in range(len(wish.sessions) or 1)
        ]
        for who, turn in turns:
            with suppress(CheckoutError, Refused, Killed):
                MOVES["returns"](play, Move("returns", who, 1 + 2 * turn))
    with suppress(CheckoutError):
        MOVES["works"](play, Move("works"))
