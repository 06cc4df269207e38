"""A worker that lives for days, and what it asked Stripe meanwhile."""

from __future__ import annotations

from checkout_service.domain.clock import DAY, SECOND
from tests.support.stage import Bought, Stage

MOST_READS = 60
BOLETO, SEPA_LATE = "boleto", "AT321904300235473204"
SETTLED = {"outcome": "succeeded"}


def status(stage: Stage, bought: Bought) -> str:
    word: str = stage.order(bought)["status"]
    return word


def live(stage: Stage, days: float) -> None:
    """Let a worker work for days, whose webhooks are all lost: a sweep whenever a look is due."""
    end = stage.now + int(days * DAY)
    while stage.now < end:
        due = min(stage.next_look() or end, end, stage.now + DAY // 4)
        seconds = max(60.0, (due - stage.now) / SECOND)
        stage.works(seconds, every=seconds)
        stage.drops()


def sweeps_daily(stage: Stage, days: int) -> None:
    for _ in range(days):
        stage.advance(DAY / 1000)
        stage.drops()
        stage.sweeps()


def reads_of(stage: Stage, bought: Bought) -> int:
    names = [name for name in (bought.session, bought.intent) if name]
    return sum(len(stage.reads(f"/{name}")) for name in names)
