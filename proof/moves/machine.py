"""Time and machines: the worker works, clocks jump, days go by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from checkout_service.domain.clock import SECOND
from checkout_service.domain.errors import CheckoutError
from proof.story import Move
from proof.webhooks_alone import requested_looks
from proof.world import Play

_MOST_PASSES = 8
# Seconds. From 300 on no signature is good: what is less wrong does more harm.
_OFF = (0, 40, -40, 290, -290, -290, -290, 3600, -3600, -7 * 3600)


def works(play: Play, move: Move) -> None:
    """Let the worker make one pass: a sweep, as far as the layer has one, and a delivery."""
    if play.layer == "webhooks":
        requested_looks(play, move.by)
    elif play.layer != "polls":
        play.stage.sweeps(by=move.by)
    play.stage.delivers_messages(by=move.by)


def sends_messages(play: Play, move: Move) -> None:
    """Let a worker send what is due to the merchant's backend."""
    play.stage.delivers_messages(by=move.by)


def time_passes(play: Play, move: Move) -> None:
    """Let time pass with nobody at work."""
    play.stage.advance(move.seconds)


def lives(play: Play, move: Move) -> None:
    """Let time pass with the worker at work every so often."""
    passes = min(_MOST_PASSES, 1 + move.n % _MOST_PASSES)
    for _ in range(passes):
        play.stage.advance(move.seconds / passes)
        if play.layer in ("sweep", "looks"):
            play.stage.drops()
        with suppress(CheckoutError):
            works(play, move)


def clock_jumps(play: Play, move: Move) -> None:
    """Let a replica's clock be off, or right again."""
    play.stage.clock_of(move.by).off = _OFF[move.n % len(_OFF)] * SECOND


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move for move in (works, sends_messages, time_passes, lives, clock_jumps)
}
