"""After the story: faults off, everybody well, and a bounded time for the service to be right."""

from __future__ import annotations

from contextlib import suppress

from checkout_service.domain.errors import CheckoutError
from checkout_service.domain.ports.notify import Delivered

from .books import Payment, read_books
from .oracle import differences
from .scheduler import Scheduler
from .story import Move
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
        flying = [p for p in read_books(play).by_id.values() if p.state == "in_flight"]
        calls = len(stage.wire.calls)
        _live(scheduler)
        looked_up = [p for p in flying if _was_read(play, p, calls)]
        scheduler.safety.check(play)
        scheduler.safety.check_in_flight(play, looked_up)
        if play.broken:
            return
        left = differences(play)
        if not left and not play.story.patient:
            return
    for law, what in left:
        play.breaks(law, what)


def _was_read(play: Play, payment: Payment, since: int) -> bool:
    """True if the service has read this payment at Stripe since a number of calls."""
    path = f"/{payment.id}"
    return any(
        call.method == "GET" and call.status == 200 and call.path.endswith(path)
        for call in play.stage.wire.calls[since:]
    )


def _live(scheduler: Scheduler) -> None:
    play = scheduler.play
    if play.takes_webhooks and play.story.heals_by == "telling":
        scheduler.act(Move("tells", n=6))  # all, in order, once
    else:
        play.stage.drops()
    if play.layer in ("polls", "pull"):
        turns = [
            (w, n)
            for w, purchase in enumerate(p for p in play.purchases if p.bought is not None)
            for n in range(len(purchase.sessions) or 1)
        ]
        for who, turn in turns:
            scheduler.act(Move("returns", who, 1 + 2 * turn))
    scheduler.act(Move("works"))
