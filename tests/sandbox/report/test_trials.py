"""Each trial holds on a shop that is right, and fails on one that makes its mistake."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stripe_sandbox.report.card import Card
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.runner import Outcome, Result, run
from stripe_sandbox.report.trials import all_trials
from tests.sandbox.report.shop import Shop

TRIALS = {trial.name: trial for trial in all_trials()}
MISTAKES = {
    "signed": "has a secret with a typo",
    "unsigned": "believes the unsigned",
    "empty-signature": "believes any signature",
    "other-secret": "has a secret of the examples",
    "tampered": "believes any signature",
    "scheme-v0": "believes scheme v0",
    "stale": "believes the old",
    "future": "believes the future",
    "rolled-secret": "reads one signature",
    "each-secret": "knows one secret",
    "refusal": "crashes on strangers",
    "signature-no-ascii": "compares text",
    "body-no-text": "parses first",
    "body-too-deep": "parses first",
    "signed-nonsense": "expects events",
    "paid": "fulfils nothing",
    "paid-duplicate": "keeps no event ids, fulfils each time",
    "paid-twin": "fulfils each time",
    "paid-at-once": "keeps no event ids, fulfils each time",
    "paid-reordered": "wants them in order",
    "paid-late": "drops what is late",
    "paid-before-answer": "knows no order before Stripe answered",
    "paid-hung-up": "keeps no event ids, fulfils each time",
    "paid-while-down": "asks Stripe first, acknowledges its errors",
    "paid-after-forgery": "remembers the forged",
    "back-unpaid": "believes whoever comes back",
    "back-with-anothers": "believes any paid session",
    "webhook-then-back": "fulfils each time",
    "back-then-webhook": "fulfils each time",
    "back-and-webhook": "fulfils each time",
    "back-alone": "ignores buyers who come back",
    "unpaid": "takes completed for paid",
    "delayed-paid": "knows no delayed money",
    "delayed-failed": "fulfils whatever happens",
    "declined": "fulfils whatever is tried",
    "declined-then-paid": "takes back",
    "expired": "fulfils whatever happens",
    "expired-late": "takes back",
    "refunded": "refuses refunds",
    "forged": "believes any signature",
    "other-amount": "ignores amounts",
    "other-currency": "ignores currencies",
    "paid-in-other-mode": "ignores modes",
    "borrowed-reference": "ignores session ids, ignores amounts",
    "duplicate": "refuses duplicates",
    "twin": "refuses twins",
    "at-once": "breaks when crowded",
    "unknown-kind": "knows few kinds",
    "foreign": "trips over the unknown",
    "bare": "trips over the unknown",
    "other-mode": "breaks on the other mode",
    "older-version": "is strict about versions",
    "newer-version": "is strict about fields",
    "thin": "expects data",
    "prompt": "is slow",
}
AT_THE_START = {"signed", "paid"}  # what the others rest upon


@pytest.fixture(scope="module")
def primed(new_examiner: Callable[[], Examiner]) -> Examiner:
    """An examiner who has seen a good event taken and a plain purchase fulfilled."""
    examiner = new_examiner()
    assert examiner.welcome.taken
    assert examiner.fulfils == ""
    return examiner


def make(name: str, examiner: Examiner) -> Result:
    (result,) = run([TRIALS[name]], examiner, lambda _: None)
    return result


def test_every_trial_has_a_mistake_that_breaks_it() -> None:
    assert list(MISTAKES) == list(TRIALS)


def test_a_shop_that_is_right_gets_an_a_and_nothing_is_left_out(examiner: Examiner) -> None:
    results = run(all_trials(), examiner, lambda _: None)
    card = Card("a shop", "today", results)

    assert [(one.trial.name, one.seen) for one in results if one.outcome is not Outcome.HELD] == []
    assert card.line == f"A · {len(TRIALS)} of {len(TRIALS)} held"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_trial_fails_on_the_shop_that_makes_its_mistake(
    name: str, shop: Shop, primed: Examiner, examiner: Examiner
) -> None:
    chosen = examiner if name in AT_THE_START else primed
    shop.make(MISTAKES[name])
    if name == "prompt":
        chosen.sender.deliver(chosen.fresh())
        chosen.sender.seconds = 0.6  # for an answer; Stripe itself has more patience than tests

    result = make(name, chosen)

    assert (result.outcome, result.seen != "") == (Outcome.FAILED, True), result.seen
