"""Something happens at Stripe and its event is there within the second, as most events are.

Told one after the other such things change nothing; between the steps of another move they meet an
answer that is already on its way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proof.story import Move
from proof.world import Play

from .banks import dispute_goes_on, disputes, money_comes, refund_ends, refunds_in_dashboard
from .buyers import pays
from .events import tell_these

_HAPPENS: tuple[Callable[[Play, Move], object], ...] = (
    refunds_in_dashboard,
    pays,
    refunds_in_dashboard,
    refund_ends,
    disputes,
    dispute_goes_on,
    money_comes,
)


def happens_and_is_told(play: Play, move: Move) -> None:
    """Let money come or go at Stripe, and tell of it at once."""
    tell_these(play, _happens(play, move), move)


def happens_and_rings(play: Play, move: Move) -> None:
    """Let money come or go at Stripe, and ring at once: events that are only doorbells."""
    tell_these(play, _happens(play, move), move, doorbells=True)


def _happens(play: Play, move: Move) -> set[str]:
    """Let it happen; name the events that it made."""
    before = {event["id"] for event in play.stage.events()}
    _HAPPENS[move.n % len(_HAPPENS)](play, replace(move, n=move.n // len(_HAPPENS)))
    return {event["id"] for event in play.stage.events()} - before


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move for move in (happens_and_is_told, happens_and_rings)
}
