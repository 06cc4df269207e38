"""What a card says: its grade by the rule, as text, as JSON, as a page, and by the exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from stripe_sandbox.report.__main__ import COULD_NOT_RUN, FAILED, HELD, main
from stripe_sandbox.report.as_page import as_page
from stripe_sandbox.report.card import UNGRADED, Card
from stripe_sandbox.report.runner import Outcome, Result
from stripe_sandbox.report.trial import Weight
from stripe_sandbox.report.trials import all_trials
from tests.sandbox.report.shop import OTHER, SECRET, Shop
from tests.support.browser import Look
from tests.support.ports import free_port

TRIALS = {trial.name: trial for trial in all_trials()}


def card(*failed: str, left: tuple[str, ...] = ()) -> Card:
    """Make a card on which these trials failed, those were left out, and all others held."""
    outcomes = dict.fromkeys(failed, Outcome.FAILED) | dict.fromkeys(left, Outcome.NOT_TRIED)
    return Card(
        "http://localhost/<webhook>",
        "today",
        [
            Result(trial, outcomes.get(name, Outcome.HELD), "<seen>", trial.weight)
            for name, trial in TRIALS.items()
        ],
    )


@pytest.mark.parametrize(
    ("failed", "grade"),
    [
        ((), "A"),
        (("future", "thin"), "A"),
        (("stale",), "B"),
        (("stale", "duplicate", "twin", "foreign", "refunded", "delayed-paid"), "B"),
        (("unpaid",), "D"),
        (tuple(TRIALS)[1:30], "F"),
        (tuple(TRIALS)[1:], "F"),
        (("signed",), UNGRADED),
        (tuple(TRIALS), UNGRADED),
    ],
)
def test_the_grade_follows_the_rule(failed: tuple[str, ...], grade: str) -> None:
    assert card(*failed).grade == grade


def test_what_was_not_tried_counts_neither_way() -> None:
    left = tuple(name for name, trial in TRIALS.items() if trial.doors)

    assert (
        card(left=left).line == f"A · {len(TRIALS) - len(left)} of {len(TRIALS) - len(left)} held"
    )
    assert card("stale", left=left).share < card("stale").share


def test_every_case_is_a_public_thread() -> None:
    cases = [trial.case for trial in TRIALS.values() if trial.case]

    assert len({case.name for case in cases}) > 30
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", case.name) for case in cases)


def test_only_what_concerns_money_can_cost_the_grade() -> None:
    money = {name for name, trial in TRIALS.items() if trial.weight is Weight.MONEY}

    assert {"unsigned", "unpaid", "paid-twin", "forged", "back-unpaid"} <= money
    assert not {"stale", "future", "refunded", "other-amount"} & money


def test_the_page_needs_nothing_from_elsewhere_and_believes_no_name() -> None:
    page = as_page(card("unpaid"))

    assert "<webhook>" not in page
    assert "<seen>" not in page
    assert not re.findall(r"""(?:src|@import|url\()""", page)
    assert re.findall(r'href="([^"]+)"', page) == [
        "https://github.com/AI-Shipping-Labs/website/issues/1423"
    ]
    assert page.count("<svg") == 1


def test_the_page_can_be_read_by_everybody(look: Look, tmp_path: Path) -> None:
    there = tmp_path / "card.html"
    there.write_text(as_page(card("unpaid", "stale", left=("thin",))), "utf-8")

    look("report-card", there.as_uri())


def arguments(shop: Shop, *more: str) -> list[str]:
    return ["--target", f"{shop.url}/webhook", "--secret", SECRET, "--secret", OTHER, *more]


def test_with_the_webhook_alone_only_its_answers_are_judged(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments(shop)) == HELD

    said = capsys.readouterr().out
    assert "Grade A: 26 held, 0 failed, 29 not tried" in said
    assert "needs --create and --fulfilled" in said


def test_a_failure_is_told_with_where_it_was_seen_before(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.make("believes the unsigned")
    files = ("--html", str(tmp_path / "card.html"), "--badge", str(tmp_path / "badge.svg"))

    assert main(arguments(shop, "--json", *files)) == FAILED

    told = json.loads(capsys.readouterr().out)
    failed = next(trial for trial in told["trials"] if trial["outcome"] == "failed")
    assert (told["grade"], failed["name"], failed["seen"]) == (
        "D", "unsigned", "believed: answered 200",
    )  # fmt: skip
    assert failed["seen_elsewhere"]["url"] == "https://github.com/colophon-group/jobseek/pull/3253"
    assert "D · 24 of 26 held" in (tmp_path / "badge.svg").read_text("utf-8")
    assert "colophon-group/jobseek#3253" in (tmp_path / "card.html").read_text("utf-8")


@pytest.mark.parametrize(("path", "secret"), [("/nope", SECRET), ("/webhook", "whsec_another")])
def test_who_takes_nothing_is_not_graded_but_asked_for_the_address_and_the_secret(
    shop: Shop, path: str, secret: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, drawn = tmp_path / "card.html", tmp_path / "badge.svg"
    there = ("--target", shop.url + path, "--secret", secret)

    assert main([*there, "--html", str(page), "--badge", str(drawn)]) == FAILED

    said = capsys.readouterr().out
    assert "Is this the webhook's address, and --secret" in said
    assert "Grade" not in said
    assert said.count("FAILED") == 1
    assert "held  " not in said
    assert "is this the webhook" in page.read_text("utf-8").lower().replace("&#x27;", "'")
    assert 'class="grade"' not in page.read_text("utf-8")
    assert "not graded" in drawn.read_text("utf-8")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--create", "http://localhost:1/buy"], "--create did not answer"),
        (["--create", "{shop}/webhook"], "opened no session at the sandbox"),
        (["--create", "{ground}"], "opened no session at the sandbox"),
    ],
)
def test_a_door_that_does_not_open_is_told_at_once(
    shop: Shop, capsys: pytest.CaptureFixture[str], more: list[str], why: str
) -> None:
    more = [one.format(shop=shop.url, ground=shop.stripe) for one in more]

    assert main(arguments(shop, *more, "--sandbox-port", "0")) == COULD_NOT_RUN
    assert why in capsys.readouterr().err


def test_nobody_at_the_target_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    target = f"http://localhost:{free_port()}/"

    assert main(["--target", target, "--secret", "whsec_1"]) == COULD_NOT_RUN
    assert f"No answer came from {target}" in capsys.readouterr().err


def test_a_taken_port_is_told_at_once(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    port = shop.url.rpartition(":")[2]

    assert main(arguments(shop, "--create", shop.url, "--sandbox-port", port)) == COULD_NOT_RUN
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_told_before_anything_is_sent(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "card.html"
    there.mkdir()

    for option in ("--html", "--badge"):
        with pytest.raises(SystemExit) as end:
            main(arguments(shop, option, str(there)))
        assert end.value.code == COULD_NOT_RUN
        told = capsys.readouterr()
        assert f"{there} cannot be written" in told.err
        assert told.out == ""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["--target", "https://example.com/hook"], "on another machine"),
        (["--target", "ftp://localhost/"], "no http address"),
        (["--target", "http://localhost/", "--fulfilled", "http://localhost/"], "needs --create"),
        (["--target", "http://localhost/", "--header", "key"], "Name: value"),
        (["--target", "http://localhost/", "--create-json", "{"], "no JSON"),
        (["--target", "http://localhost/", "--secret", " "], "--secret is what signs"),
        (["--target", "http://localhost/", "--secret", "foo"], "--secret is what signs"),
        (["--target", "http://[::1"], "no http address"),
        (["--target", "http://localhost/", "--patience", "nan"], "0 and more"),
        (["--target", "http://localhost/", "--settling", "inf"], "0 and more"),
        (["--target", "http://localhost/", "--sandbox-port", "99999"], "0 to 65535"),
        (["--target", "http://localhost/", "--events", "foo.bar"], "no such type: foo.bar"),
        (["--target", "http://localhost/", "--patience", "-5"], "0 and more"),
        (["--target", "http://localhost/", "--html", "/no/such/folder/card.html"], "no folder"),
        ([], "--target"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    given: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([*given, "--secret", "whsec_1"])

    assert end.value.code == COULD_NOT_RUN
    assert why in capsys.readouterr().err
