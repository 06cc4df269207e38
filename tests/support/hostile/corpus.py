"""The whole corpus, drawn from one seed: the same seed sends the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from . import asking, framing
from .attack import Attack, Dice


def hostile_requests(seed: int, count: int, *, secret: str) -> Iterator[Attack]:
    """Draw so many attacks; the secret signs half of the events that are none."""
    dice = Dice(seed)
    kinds: list[Callable[[Dice], Attack]] = [
        framing.coding, framing.length, framing.line, framing.head, framing.protocol,
        framing.pipeline, asking.path, asking.path, asking.query, asking.query, asking.post_json,
        asking.post_json, asking.post_json, asking.post_json, asking.post_form, asking.post_form,
        asking.host, asking.origin, asking.origin, asking.header,
        partial(asking.webhook, secret=secret), partial(asking.webhook, secret=secret),
    ]  # fmt: skip
    for _ in range(count):
        attack = dice.one(kinds)(dice)
        if dice.often(0.01):  # the rest never comes, or nobody waits for an answer
            cut = dice.randrange(len(attack.data))
            attack = Attack(attack.kind, attack.data[:cut], whole=False)
        yield attack
