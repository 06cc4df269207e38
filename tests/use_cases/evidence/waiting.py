"""How a service hears of a payment: in one way, or as a worker that lives for days."""

from __future__ import annotations

from checkout_service.domain.clock import DAY, SECOND
from tests.support.stage import Bought, Stage

MOST_READS = 60
BOLETO, SEPA_LATE = "boleto", "AT321904300235473204"
SETTLED = {"outcome": "succeeded"}
WAYS = ("by webhook", "by a look", "by the sweep")


def status(stage: Stage, bought: Bought) -> str:
    word: str = stage.order(bought)["status"]
    return word


def hears(stage: Stage, bought: Bought, by: str) -> None:
    """Let the service learn in one of the WAYS what became of a payment."""
    if by == "by webhook":
        stage.delivers()
    elif by == "by a look":
        stage.advance(3)
        stage.returns(bought)
    else:
        stage.drops()
        stage.advance(120)
        stage.sweeps()


def live(stage: Stage, days: float) -> None:
    """Let a worker work for days, whose webhooks are all lost: a sweep whenever a look is due."""
    end = stage.now + int(days * DAY)
    while stage.now < end:
        due = min(stage.next_look() or end, end, stage.now + DAY // 2)
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
