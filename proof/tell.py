"""Tell one story from beginning to end, and say what it broke and what it left behind."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine, select

from checkout_service.domain.errors import CheckoutError
from checkout_service.storage.tables import metadata

from . import gap
from .coverage import Coverage
from .healing import heal
from .invariants import Safety
from .scheduler import Scheduler
from .story import Story
from .world import SOLD_BY_LINK, Play, opened


@dataclass(slots=True)
class Outcome:
    """What became of a story; `digest` is of all it said to Stripe, sent and left in tables."""

    story: Story
    broken: list[str]
    digest: str = ""
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def laws(self) -> set[str]:
        return {said.split(":")[0] for said in self.broken}


def tell(story: Story, database: str | Engine = "memory", *, digest: bool = False) -> Outcome:
    """Tell a story and let the oracle judge it."""
    coverage = Coverage()
    with opened(story, database) as play:
        if story.gap and gap.is_possible(play.stage.engine):
            gap.begin_behind(play.stage.engine)
        if story.links:
            for link in SOLD_BY_LINK:
                play.stage.make_link(link)
        if story.layer in ("all", "sweep", "looks", "pull"):
            with suppress(CheckoutError):
                play.stage.sweeps()  # the worker was there before the first order
        scheduler = Scheduler(play, Safety(), coverage)
        scheduler.tell()
        if not play.broken:
            heal(play, scheduler)
        coverage.calls = len(play.stage.wire.calls)
        return Outcome(story, play.broken, _digest(play) if digest else "", coverage)


def _digest(play: Play) -> str:
    state: list[object] = [
        (c.replica, c.at, c.method, c.path, c.params, c.key, c.status)
        for c in play.stage.wire.calls
    ]
    state += [(got.id, got.body) for got in play.stage.receiver.got]
    with play.stage.engine.connect() as connection:
        for table in metadata.sorted_tables:
            keys = list(table.primary_key.columns)
            state += [list(row) for row in connection.execute(select(table).order_by(*keys))]
    text = json.dumps([state, play.broken, play.stage.now], default=str)
    return hashlib.sha256(text.encode()).hexdigest()
