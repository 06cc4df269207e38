"""The card for machines."""

from __future__ import annotations

import json
from typing import Any

from .card import RULE, Card
from .runner import Outcome, Result


def as_json(card: Card) -> str:
    """Write the whole card as one JSON object."""
    told = {
        "target": card.target,
        "at": card.at,
        "grade": card.grade,
        "rule": RULE,
        "share": round(card.share, 4),
        **{outcome.replace(" ", "_"): len(card.those(outcome)) for outcome in Outcome},
        "trials": [_trial(result) for result in card.results],
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _trial(result: Result) -> dict[str, Any]:
    trial = result.trial
    case = trial.case
    elsewhere = {"issue": case.name, "url": case.url, "told": case.told} if case else None
    return {
        "name": trial.name,
        "subject": trial.subject,
        "promise": trial.promise,
        "outcome": result.outcome.value,
        "seen": result.seen,
        "weight": int(result.weight),
        "seen_elsewhere": elsewhere,
    }
