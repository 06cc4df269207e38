"""The card as lines for a terminal."""

from __future__ import annotations

from .card import HINT, RULE, Card
from .runner import Outcome, Result

_MARKS = {Outcome.HELD: "held  ", Outcome.FAILED: "FAILED", Outcome.NOT_TRIED: "  -   "}


def line_of(result: Result) -> str:
    """Tell what became of one trial, and where a broken promise was seen before."""
    told = f"{_MARKS[result.outcome]}  {result.trial.promise}\n          {result.seen}"
    case = result.trial.case
    if result.outcome is Outcome.FAILED and case:
        told += f"\n          Seen elsewhere: {case.name}, {case.told}"
    return told


def summary(card: Card) -> str:
    """Tell the grade and how it came about."""
    if not card.is_graded:
        return f"{card.target}\n{HINT}"
    held, failed, left = (len(card.those(outcome)) for outcome in Outcome)
    return (
        f"{card.target}\n"
        f"Grade {card.grade}: {held} held, {failed} failed, {left} not tried "
        f"({card.share:.0%} of the weight of what was tried).\n{RULE}"
    )
