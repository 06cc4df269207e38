"""What may happen, by name. A move may be refused by the service or by Stripe; that is its end."""

from __future__ import annotations

from collections.abc import Callable

from proof.story import Move
from proof.world import Play

from . import at_once, banks, buyers, carts, events, held_money, machine, merchant, others

MOVES: dict[str, Callable[[Play, Move], object]] = {
    name: move
    for part in (buyers, carts, events, at_once, banks, merchant, held_money, machine, others)
    for name, move in part.MOVES.items()
}

__all__ = ["MOVES"]
