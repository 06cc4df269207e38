"""Makes the trials one after the other and writes down what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .doors import DoorError
from .examiner import Examiner
from .trial import Broken, Door, NotTried, Trial, Weight

WELCOME = "signed"  # the trial that a good event is taken
FLAGS = {Door.CREATE: "--create", Door.FULFILLED: "--fulfilled"}


class Outcome(StrEnum):
    HELD = "held"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Result:
    trial: Trial
    outcome: Outcome
    seen: str
    weight: Weight  # what it counts


class CouldNotRun(Exception):
    """There is nothing to examine; the message says what is missing."""


def check_doors(examiner: Examiner) -> None:
    """Knock at each door once. Raises CouldNotRun."""
    answer = examiner.sender.post(b"{}", None)
    if answer.status == 0:
        raise CouldNotRun(f"No answer came from {examiner.sender.target}: {answer.why}.")
    try:
        if examiner.create is not None:
            purchase = examiner.buy()
            if examiner.fulfilled is not None:
                examiner.count(purchase)
    except (DoorError, NotTried) as error:
        raise CouldNotRun(f"{error}.") from error


def run(trials: list[Trial], examiner: Examiner, tell: Callable[[Result], object]) -> list[Result]:
    """Make each trial and tell of it at once; none behind a receiver that takes nothing at all."""
    results: list[Result] = []
    for trial in trials:
        if takes_nothing(results):
            why = "the well-signed event was not taken"
            result = Result(trial, Outcome.NOT_TRIED, why, trial.weight)
        else:
            result = _one(trial, examiner)
        tell(result)
        results.append(result)
    return results


def takes_nothing(results: list[Result]) -> bool:
    """True if not even a good event was taken: what it refuses besides says nothing."""
    return any(
        result.trial.name == WELCOME and result.outcome is Outcome.FAILED for result in results
    )


def _one(trial: Trial, examiner: Examiner) -> Result:
    open_doors = {
        Door.CREATE: examiner.create is not None, Door.FULFILLED: examiner.fulfilled is not None,
    }  # fmt: skip
    shut = [FLAGS[door] for door in trial.doors if not open_doors[door]]
    if shut:
        return Result(trial, Outcome.NOT_TRIED, f"needs {' and '.join(shut)}", trial.weight)
    try:
        return Result(trial, Outcome.HELD, trial.run(examiner), trial.weight)
    except Broken as broken:
        weight = trial.weight if broken.weight is None else broken.weight
        return Result(trial, Outcome.FAILED, str(broken), weight)
    except (NotTried, DoorError) as error:
        return Result(trial, Outcome.NOT_TRIED, str(error), trial.weight)
    finally:
        examiner.ground.mend()
        examiner.ground.before_answer = None
