"""All trials, in the order they are made and told."""

from __future__ import annotations

from stripe_sandbox.report.trial import Subject, Trial

from . import deliveries, money, purchases, returns, signatures

SUBJECTS: tuple[Subject, ...] = (
    signatures.SUBJECT, purchases.SUBJECT, returns.SUBJECT, money.SUBJECT, deliveries.SUBJECT,
)  # fmt: skip


def all_trials() -> list[Trial]:
    return [trial for subject in SUBJECTS for trial in subject.trials]
