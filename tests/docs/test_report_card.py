"""The page on the report card names every trial, its weight, and where such a failure was seen."""

from __future__ import annotations

import re

from stripe_sandbox.report.ground import KEY, MONTHLY, PRICE
from stripe_sandbox.report.options import read
from stripe_sandbox.report.trials import SUBJECTS
from tests.support.processes import ROOT

PAGE = (ROOT / "docs" / "report-card.md").read_text("utf-8")


def test_every_trial_is_in_the_page_as_it_is_in_the_code() -> None:
    rows = re.findall(r"^\| (.+?\.) \| (\d) \| (.+) \|$", PAGE, re.MULTILINE)

    assert rows == [
        (
            trial.promise,
            str(int(trial.weight)),
            f"[{trial.case.name}]({trial.case.url}): {trial.case.told}" if trial.case else "-",
        )
        for subject in SUBJECTS
        for trial in subject.trials
    ]


def test_every_subject_says_which_doors_it_needs() -> None:
    flags = {1: "`--create`", 2: "`--fulfilled`"}

    for subject in SUBJECTS:
        doors = " and ".join(flags[door] for door in subject.doors) or "the webhook's address alone"
        assert f"### {subject.title}\n\nNeeds {doors}.\n" in PAGE


def test_what_the_sandbox_of_the_report_knows_is_told() -> None:
    assert all(f"`{name}`" in PAGE for name in (KEY, PRICE, MONTHLY))


def test_the_example_of_the_page_is_taken() -> None:
    (example,) = re.findall(r"```\npython -m stripe_sandbox\.report (.*?)```", PAGE, re.DOTALL)
    words = re.findall(r"'([^']*)'|(\S+)", example.replace("\\\n", " "))

    options = read([quoted or plain for quoted, plain in words])

    assert (options.body, options.sandbox_port, options.html) == (
        {"quantity": 1},
        4242,
        "card.html",
    )
