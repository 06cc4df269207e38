"""Stripe's events: told in order or not, twice, as a twin, late, in another version, or never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from proof.story import Move
from proof.webhooks_alone import note_look_requests, note_sale
from proof.world import Play
from stripe_sandbox.thin import thin_event

_OTHER_VERSION = "2020-08-27"
_LATE = (150, 150, 400, 400, 4000, 90_000, 250_000)  # seconds


def tells(play: Play, move: Move) -> None:
    """Tell all that waits: in order, backwards, shuffled by the move's number, or one of it."""
    waiting = play.stage.events()
    if not waiting or not play.takes_webhooks:
        return
    way = move.n % 6
    if way == 1:
        waiting.reverse()
    elif way in (2, 3):
        waiting = [waiting[move.n // 6 % len(waiting)]]
    elif way == 4:
        waiting.sort(key=lambda event: (hash_of(event["id"]) + move.n) % 97)
    for event in waiting:
        _tell(play, event, move, times=2 if move.n % 7 == 0 else 1)


def tells_late(play: Play, move: Move) -> None:
    """Tell all that waits, in order, minutes to days after it happened."""
    play.stage.advance(_LATE[move.n % len(_LATE)])
    play.began_at = play.stage.now  # what had gone back by now is known to have
    tells(play, replace(move, n=0))


def tells_doorbells(play: Play, move: Move) -> None:
    """Tell what waits as an endpoint of another API version would; sometimes ours follows."""
    if not play.takes_webhooks:
        return
    for event in play.stage.events():
        _tell(play, event, move, version=_OTHER_VERSION)
        if move.n % 2:
            _tell(play, event, move)


def tells_thinly(play: Play, move: Move) -> None:
    """Tell what waits as thin events; what is told whole comes before, after, or not at all.

    What only the whole event makes known, the sweep reads; where there is no sweep, it comes after.
    """
    if not play.takes_webhooks:
        return
    for event in play.stage.events():
        if move.n % 3 == 1:
            _tell(play, event, move)
        _tell(play, event, move, thin=True)
        thin_id = thin_event(event)["id"]
        (row,) = play.rows(f"SELECT state FROM inbox_events WHERE id = '{thin_id}'")  # noqa: S608
        unseen = play.layer == "webhooks" and row.state == "ignored"
        if move.n % 3 == 2 or unseen:
            _tell(play, event, move)


def tells_twins(play: Play, move: Move) -> None:
    """Tell what waits once more under other ids: two events of one fact."""
    if not play.takes_webhooks:
        return
    for event in play.stage.events():
        twin = event | {"id": f"{event['id']}T{move.n % 10}"}
        for one in (event, twin) if move.n % 2 else (twin, event):
            _tell(play, one, move)


def tells_again(play: Play, move: Move) -> None:
    """Tell again what was told before, however long ago."""
    if play.told and play.takes_webhooks:
        start = move.n % len(play.told)
        for event in play.told[start : start + 1 + move.n % 3]:
            _tell(play, event, move)


def loses(play: Play, move: Move) -> None:
    """Lose what waits, all of it or every other one: Stripe believes that it was taken."""
    waiting = play.stage.events()
    play.stage.drops(*(waiting[move.n % 2 :: 2] if move.n % 3 else waiting))


def tells_late_twins(play: Play, move: Move) -> None:
    """Tell what was told before once more under another id: the older word comes last."""
    newest = {event["data"]["object"]["id"]: event["id"] for event in play.told}
    old = [e for e in play.told if newest[e["data"]["object"]["id"]] != e["id"]]
    if old and play.takes_webhooks:
        for event in old[-1 - move.n % len(old) :][: 1 + move.n % 3]:
            _tell(play, event | {"id": f"{event['id']}L{move.n % 10}"}, move)


def tell_these(play: Play, ids: set[str], move: Move, *, doorbells: bool = False) -> None:
    """Tell events by id; doorbells come as an endpoint of another API version would have them."""
    if play.takes_webhooks:
        for event in play.stage.events():
            if event["id"] in ids:
                _tell(play, event, move, version=_OTHER_VERSION if doorbells else None)


def _tell(
    play: Play,
    event: dict[str, Any],
    move: Move,
    *,
    version: str | None = None,
    times: int = 1,
    thin: bool = False,
) -> None:
    play.stage.delivers(event, times=times, at_version=version, thin=thin, by=move.by)
    play.told.append(event)
    if play.layer == "webhooks":
        note_look_requests(play, move.by)
        if version is not None or thin:
            note_sale(play, event)
    name = thin_event(event)["id"] if thin else event["id"]
    known = {row.id for row in play.rows("SELECT id FROM inbox_events")}
    if name not in known:
        play.breaks("acknowledged and lost", f"{event['type']} was taken and is not written down")


def hash_of(text: str) -> int:
    return sum((i + 1) * ord(letter) for i, letter in enumerate(text[-8:]))


MOVES: dict[str, Callable[[Play, Move], object]] = {
    move.__name__: move
    for move in (
        tells,
        tells_late,
        tells_doorbells,
        tells_thinly,
        tells_twins,
        tells_again,
        loses,
        tells_late_twins,
    )
}
