"""`flask doctor`: what is wrong with this shop, and how to mend it. Exits 1 with a problem.

A secret is shown by its prefix and its end only, but for the one that `--fix` was just told.
"""

from __future__ import annotations

import logging
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from checkout_service.domain.errors import GatewayError
from checkout_service.use_cases.doctor.check_result import OK, PROBLEM, WARNING, Finding
from checkout_service.use_cases.doctor.fix_endpoint import Mended

from .context import REFUSED, for_people, json_option, use_cases
from .printing import cell, print_json

_MARKS = {OK: "\u2713", WARNING: "!", PROBLEM: "\u2717"}
_PLAIN_MARKS = {OK: "+", WARNING: "!", PROBLEM: "x"}
_COLOURS = {OK: "green", WARNING: "yellow", PROBLEM: "red"}
_BY_HAND = (
    "Give a restricted key the permission Webhook Endpoints: write, or make the endpoint at Stripe "
    "yourself."
)
_WIDEST, _NARROWEST = 100, 60


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Make or repair the webhook endpoint at Stripe.")
@json_option
@for_people
def doctor(*, fix: bool, as_json: bool) -> None:
    """Check keys, webhooks, address, database, catalog and worker, and say how to mend them."""
    uc = use_cases()
    with _quiet():
        mended, refused = _mended() if fix else (Mended(), None)
        findings = tuple(uc.doctor.examine())
    if refused:
        findings = (*findings, Finding("--fix", PROBLEM, refused, _BY_HAND))
    if as_json:
        _print_for_machines(findings, mended)
    else:
        _print_for_people(findings, mended)
    if any(finding.state == PROBLEM for finding in findings):
        raise click.exceptions.Exit(REFUSED)


def _mended() -> tuple[Mended, str | None]:
    try:
        return use_cases().doctor.mend_endpoint(), None
    except GatewayError as error:
        return Mended(), f"The webhook endpoint was not repaired: {error}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log's warnings back: what they would say is in the findings."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _print_for_machines(findings: tuple[Finding, ...], mended: Mended) -> None:
    print_json(
        {
            "ok": all(finding.state != PROBLEM for finding in findings),
            "api_version": use_cases().doctor.api_version,
            "checks": [asdict(finding) for finding in findings],
            "fixed": mended.done,
            "webhook_secret": mended.secret,
        }
    )


def _print_for_people(findings: tuple[Finding, ...], mended: Mended) -> None:
    click.echo(f"Stripe API version {use_cases().doctor.api_version}\n")
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        _print_finding(finding, width)
    _print_mended(mended)
    click.echo(f"\n{_summary(findings)}")


def _print_finding(finding: Finding, width: int) -> None:
    mark = f"{_marks()[finding.state]} {finding.state:<7}"
    head = f"{mark}  {finding.check:<{width}}  "
    lines = _wrapped(finding.what, len(head))
    click.echo(click.style(mark, fg=_COLOURS[finding.state]) + head[len(mark) :] + lines[0])
    mend = f"To mend: {finding.mend}" if finding.mend else ""
    for line in [*lines[1:], *_wrapped(mend, len(head))]:
        click.echo(" " * len(head) + line)


def _wrapped(text: str, used: int) -> list[str]:
    """Wrap at the terminal's width, never inside an address or a name."""
    columns = max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))
    return textwrap.wrap(cell(text), columns - used, break_long_words=False, break_on_hyphens=False)


def _marks() -> dict[str, str]:
    """Give signs the terminal can write; the words beside them say the same."""
    try:
        "".join(_MARKS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return _PLAIN_MARKS
    return _MARKS


def _print_mended(mended: Mended) -> None:
    for sentence in mended.done:
        click.echo(f"\nDone: {cell(sentence)}")
    if mended.secret:
        click.echo(
            "\nIts signing secret is shown this once. Put it first in STRIPE_WEBHOOK_SECRET (keep "
            "an old one\nbehind a comma while its endpoint still sends), restart web and worker, "
            f"and run doctor again:\n\n  {mended.secret}"
        )


def _summary(findings: tuple[Finding, ...]) -> str:
    problems = sum(finding.state == PROBLEM for finding in findings)
    warnings = sum(finding.state == WARNING for finding in findings)
    if not problems and not warnings:
        return "All is well."
    return f"{_count(problems, 'problem')}, {_count(warnings, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number == 1 else 's'}"
