"""Others on the same account: what they sell is none of ours, and its events come all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proof.story import Move
from proof.world import Play

from .banks import refunds_in_dashboard


def sells_elsewhere(play: Play, move: Move) -> None:
    """Let another shop on the account sell something and, half the time, give it back."""
    intent = play.stage.stripe(
        "POST", "/v1/payment_intents", amount=700 + move.n, currency=("usd", "eur")[move.n % 2]
    )
    play.stage.pays(intent["id"])
    if move.n // 2 % 2:
        refunds_in_dashboard(play, replace(move, who=0, n=move.n // 4))


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move for move in (sells_elsewhere,)
}
