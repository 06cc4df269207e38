"""A card: the results, and the grade they come to by a rule that is told on the card."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from .runner import Outcome, Result, takes_nothing
from .trial import Weight

_GRADES = ((0.95, "A"), (0.85, "B"), (0.70, "C"), (0.50, "D"))
UNGRADED = "-"
HINT = (
    "No grade: a well-signed event was not taken, so that nothing is known of the rest. Is this "
    "the webhook's address, and --secret the one it verifies with? A receiver that refuses events "
    "of purchases it did not make needs --create."
)
RULE = (
    "Trials weigh 1 (care), 2 (usual) or 4 (money). What was not tried does not count. Of the "
    "weight of what was tried, 95% held is an A, 85% a B, 70% a C, 50% a D, less an F. An A "
    "asks besides that nothing but care was broken. A broken money trial makes it a D at best."
)


@dataclass(frozen=True, slots=True)
class Card:
    target: str
    at: str  # when, as text in UTC
    results: list[Result]

    def those(self, outcome: Outcome) -> list[Result]:
        return [result for result in self.results if result.outcome is outcome]

    @property
    def tried(self) -> list[Result]:
        return [result for result in self.results if result.outcome is not Outcome.NOT_TRIED]

    @property
    def share(self) -> float:
        """The weight that held, of what was tried."""
        whole = sum(result.weight for result in self.tried)
        held = sum(result.weight for result in self.those(Outcome.HELD))
        return held / whole if whole else 0.0

    @property
    def is_graded(self) -> bool:
        return bool(self.tried) and not takes_nothing(self.results)

    @property
    def grade(self) -> str:
        if not self.is_graded:
            return UNGRADED
        broken = [result.weight for result in self.those(Outcome.FAILED)]
        earned = next((grade for least, grade in _GRADES if self.share >= least), "F")
        best = "A"
        if Weight.MONEY in broken:
            best = "D"
        elif Weight.USUAL in broken:
            best = "B"
        return max(earned, best)

    @property
    def line(self) -> str:
        if not self.is_graded:
            return "not graded"
        return f"{self.grade} · {len(self.those(Outcome.HELD))} of {len(self.tried)} held"

    def by_subject(self) -> list[tuple[str, list[Result]]]:
        groups = groupby(self.results, lambda result: result.trial.subject)
        return [(subject, list(results)) for subject, results in groups]
