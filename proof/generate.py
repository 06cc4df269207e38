"""Draws a story from a seed. Each seed leans to a few themes, so that rare things meet.

Swarm testing: a story about everything is mostly about nothing.
https://users.cs.utah.edu/~regehr/papers/swarm12.pdf
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from .story import During, Layer, Moment, Move, Place, Story, What

_LAYERS: tuple[Layer, ...] = (
    "all", "sweep", "webhooks", "all", "polls", "all", "webhooks", "looks", "all", "pull",
)  # fmt: skip
_BASE = {
    "buys": 3,
    "pays": 5,
    "returns": 2,
    "tells": 4,
    "tells_late": 1,
    "works": 2,
    "time_passes": 2,
    "lives": 1,
}
THEMES: dict[str, dict[str, int]] = {
    "refunds": {
        "refunds": 4,
        "refunds_in_a_storm": 3,
        "refunds_once_more": 2,
        "refunds_in_dashboard": 2,
        "refund_ends": 2,
    },
    "money back": {"refunds_in_dashboard": 5, "refund_ends": 3, "tells": 3, "releases": 1},
    "disputes": {
        "disputes": 4,
        "dispute_goes_on": 5,
        "refunds_in_dashboard": 1,
        "tells": 3,
        "tells_late_twins": 4,
        "time_passes": 2,
        "works": 2,
    },
    "two tabs": {"buys_once_more": 3, "starts_over": 4, "pays": 4, "leaves": 1},
    "delayed": {"buys_and_waits": 4, "money_comes": 3, "starts_over": 3, "time_passes": 2},
    "ends": {"cancels": 4, "leaves": 2, "closed_in_dashboard": 2, "starts_over": 1},
    "bad events": {
        "happens_and_rings": 3,
        "works": 2,
        "tells_doorbells": 3,
        "tells_thinly": 3,
        "tells_twins": 2,
        "tells_late_twins": 3,
        "tells_again": 3,
        "loses": 2,
    },
    "bad stripe": {"stripe_has_a_bad_day": 3, "stripe_is_well": 3, "refunds": 1, "cancels": 1},
    "receiver": {
        "receiver_fails": 3,
        "receiver_trickles": 2,
        "receiver_is_well": 2,
        "sends_messages": 4,
    },
    "amounts": {"amount_changes": 3, "starts_over": 2, "link_is_repriced": 1, "releases": 2},
    "long": {"lives": 4, "time_passes": 2},
    "clocks": {"clock_jumps": 4, "tells_late": 3, "time_passes": 2, "refunds_in_dashboard": 2},
    "links": {"buys_by_link": 6, "pays_oddly": 2, "returns": 1, "works": 1},
    "patience": {"polls_for_hours": 1, "returns": 2},
    "crashes": {"tells": 2, "works": 2, "returns": 1},
    "lost keys": {"session_vanishes": 2, "buys": 2},
    "races": {"happens_and_is_told": 2, "happens_and_rings": 2, "works": 3, "returns": 3},
    "other shops": {"sells_elsewhere": 4, "refunds_in_dashboard": 3, "disputes": 1},
    "holds": {"releases": 3, "refunds_in_dashboard": 2, "cancels": 1},
}
# Money that is held on a card: a theme of its own, so that the stories of other seeds stay.
THEMES_ON_HOLD = {
    "on hold": {
        "buys_on_hold": 5,
        "captures": 6,
        "voids": 3,
        "takes_once_more": 2,
        "takes_in_a_storm": 2,
        "takes_in_dashboard": 2,
        "refunds_in_dashboard": 2,
        "time_passes": 2,
        "works": 1,
    },
}
# A cart that changes, here or on Stripe's page: apart for the same reason.
THEMES_OF_CARTS = {
    "changed carts": {
        "changes_cart": 4,
        "changes_cart_in_a_storm": 7,
        "pays": 4,
        "returns": 2,
        "works": 1,
    },
    "changed items": {
        "changes_items": 4,
        "changes_items_in_a_storm": 7,
        "pays": 4,
        "returns": 2,
        "works": 1,
    },
    "choices": {"buys_with_a_choice": 5, "pays": 5, "returns": 2, "works": 1},
}
_EVERY_EIGHTH = 3
_OF_SIXTEENTHS = {7: "changed carts", 14: "choices", 15: "changed items"}
_ON_HOLD = (
    "buys_on_hold", "captures", "voids", "takes_once_more", "takes_in_a_storm",
    "takes_in_dashboard",
)  # fmt: skip
_TIMES = (1, 3, 20, 70, 150, 600, 3600, 6 * 3600, 86_400, 3 * 86_400, 10 * 86_400)
_MOST_SECONDS = 40 * 86_400
_TELLS = (
    "tells",
    "tells_late",
    "happens_and_is_told",
    "happens_and_rings",
    "tells_doorbells",
    "tells_thinly",
    "tells_twins",
    "tells_again",
    "tells_late_twins",
)
_NOT_IN: dict[Layer, tuple[str, ...]] = {
    "all": (),
    "webhooks": ("loses", "pays_oddly"),
    "sweep": (*_TELLS, "loses"),
    "looks": (*_TELLS, "loses", "pays_oddly", "polls_for_hours"),
    "polls": (*_TELLS, "loses", "works", "lives", "refunds", "refunds_in_a_storm",
              "refunds_once_more", "cancels",
              "pays_oddly", *_ON_HOLD),
    "pull": (*_TELLS, "loses", "buys", "buys_and_waits",
             "refunds", "refunds_in_a_storm", "refunds_once_more",
             "starts_over", "changes_cart", "changes_cart_in_a_storm",
             "changes_items", "changes_items_in_a_storm", "buys_with_a_choice",
             "amount_changes", *_ON_HOLD),
}  # fmt: skip
_NESTED = ("tells", "happens_and_is_told", "happens_and_rings", "returns", "works", "pays",
           "refunds", "refunds_in_a_storm", "refunds_in_dashboard", "cancels",
           "starts_over", "buys_once_more", "refund_ends", "tells_doorbells", "releases",
           "dispute_goes_on", "sends_messages", "refunds_once_more", "leaves")  # fmt: skip
_OPEN_TO_OTHERS = frozenset((
    "buys", "buys_and_waits", "buys_once_more", "starts_over",
    "returns", "leaves", "tells", "tells_doorbells", "tells_thinly",
    "tells_twins", "tells_late", "happens_and_is_told",
    "refunds", "refunds_once_more", "cancels", "releases", "works", "lives",
    "sends_messages", "changes_cart", "changes_items", "buys_on_hold", "captures", "voids",
    "takes_once_more",
))  # fmt: skip


def story_of(seed: int, layer: Layer | None = None, leaning: tuple[str, ...] = ()) -> Story:
    """Draw the story of a seed, in a layer or in the one that the seed falls on.

    `leaning` names themes of every story, in place of those that the seed would draw.
    """
    dice = random.Random(f"story {seed}")  # noqa: S311 - stories are repeatable, not secret
    layer = layer or _LAYERS[seed % len(_LAYERS)]
    themes = dice.sample(sorted(THEMES), dice.choice((1, 2, 2, 3)))
    if seed % 8 == _EVERY_EIGHTH and layer not in ("polls", "pull"):
        themes.append("on hold")
    if seed % 16 in _OF_SIXTEENTHS and layer != "pull":
        themes.append(_OF_SIXTEENTHS[seed % 16])
    themes = list(leaning) or themes
    links = layer == "pull" or "links" in themes
    weights = dict(_BASE)
    for theme in themes:
        for name, weight in (THEMES | THEMES_ON_HOLD | THEMES_OF_CARTS)[theme].items():
            weights[name] = weights.get(name, 0) + weight
    if links:
        weights["buys_by_link"] = weights.get("buys_by_link", 0) + 2
    for name in _NOT_IN[layer]:
        weights.pop(name, None)
    busy = "crashes" in themes or "races" in themes or dice.random() < 0.6
    names = sorted(weights)
    moves, left = [_opening(dice, layer)], _MOST_SECONDS
    if layer == "looks":
        left = 2 * 86_400  # whoever only looks, looks for the last time a week after the payment
    for _ in range(dice.randint(4, 22)):
        name = dice.choices(names, [weights[n] for n in names])[0]
        move = _move(dice, name, layer, busy=busy, themes=themes)
        left -= move.seconds
        if left >= 0:
            moves.append(move)
    return Story(
        seed,
        layer,
        tuple(moves),
        links,
        "silence"
        if layer in ("sweep", "looks", "pull") or (layer == "all" and seed % 3 == 0)
        else "telling",
        patient=dice.random() < 0.15,
        gap=_gap(dice, moves),
        theme=", ".join(themes),
    )


def _gap(dice: random.Random, moves: list[Move]) -> int:
    """Draw how many moves come before the last migration: mostly none, and no long ones."""
    many = dice.randint(1, 4) if dice.random() < 0.05 else 0
    long = any(move.seconds > 3600 or move.name == "tells_late" for move in moves[:many])
    return 0 if long else many


def _opening(dice: random.Random, layer: Layer) -> Move:
    name = "buys_by_link" if layer == "pull" else "buys"
    return Move(name, n=dice.randrange(1000))


def _move(
    dice: random.Random,
    name: str,
    layer: Layer,
    *,
    busy: bool = False,
    themes: Sequence[str] = (),
    inner: bool = False,
) -> Move:
    seconds = 0
    if name in ("time_passes", "lives"):
        seconds = dice.choice(_TIMES)
    during = []
    if busy and not inner and name in _OPEN_TO_OTHERS:
        much = "crashes" in themes or "races" in themes
        many = dice.choice((0, 1, 1, 1, 2) if much else (0, 0, 1, 1, 2))
        during = [_during(dice, layer, themes=themes) for _ in range(many)]
    return Move(
        name,
        dice.randrange(4),
        dice.randrange(1000),
        1 if inner or dice.random() < 0.2 else 0,
        seconds,
        tuple(during),
    )


def _during(dice: random.Random, layer: Layer, *, themes: Sequence[str]) -> During:
    if "races" in themes and dice.random() < 0.7:
        return _race(dice, layer)
    at: Place = dice.choice(("call", "write"))
    nth = dice.choice((1, 1, 1, 2, 2, 3, 4, 6))
    moment = dice.choice(_MOMENTS[at])
    breaks: What = "cut" if at == "call" else "gone"
    moves: tuple[What, ...] = ("move",) if "crashes" in themes else ("move", "move", "move")
    what = dice.choice(("kill", breaks, *moves))
    if what != "move":
        return During(at, moment, nth, what)
    return During(at, moment, nth, "move", _between(dice, layer, themes))


def _race(dice: random.Random, layer: Layer) -> During:
    """Draw what another replica does between what was read and what is written of it."""
    name = dice.choice([n for n in _COMES_BETWEEN["races"] if n not in _NOT_IN[layer]])
    inner = _move(dice, name, layer, inner=True)
    at, moment = dice.choice(_READ_AND_NOT_WRITTEN)
    return During(at, moment, dice.choice((1, 1, 1, 2, 3)), "move", inner)


def _between(dice: random.Random, layer: Layer, themes: Sequence[str]) -> Move:
    """Draw what another replica does meanwhile."""
    liked = [name for theme in themes for name in _COMES_BETWEEN.get(theme, ())]
    liked = [name for name in liked if name not in _NOT_IN[layer]]
    allowed = [name for name in _NESTED if name not in _NOT_IN[layer]]
    allowed = liked if liked and dice.random() < 0.5 else allowed
    return _move(dice, dice.choice(allowed), layer, inner=True)


_COMES_BETWEEN: dict[str, tuple[str, ...]] = {
    "bad events": ("happens_and_rings", "tells_doorbells", "tells_thinly"),
    "money back": ("happens_and_rings", "refunds_in_dashboard", "tells"),
    "races": (
        "happens_and_is_told",
        "happens_and_is_told",
        "happens_and_rings",
        "tells",
        "refunds_in_dashboard",
        "returns",
    ),
    "disputes": ("dispute_goes_on", "tells"),
    "refunds": ("refunds_once_more", "refunds", "works"),
    "ends": ("cancels", "pays", "leaves"),
    "two tabs": ("starts_over", "buys_once_more", "pays"),
    "on hold": ("captures", "voids", "takes_in_dashboard", "takes_once_more", "works", "tells"),
}
_READ_AND_NOT_WRITTEN: tuple[tuple[Place, Moment], ...] = (
    ("call", "after"),
    ("record", "begins"),
    ("record", "begins"),
    ("write", "begins"),
)
_MOMENTS: dict[Place, tuple[Moment, ...]] = {
    "call": ("before", "after"),
    "write": ("begins", "before", "after"),
}
