"""`flask doctor`: what is wrong with this shop, and how to mend it. Exits 1 with a problem.

A secret is shown by its prefix and its end only, but for the one that `--fix` has just got.
"""

from __future__ import annotations

import logging
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict

import click

from checkout_service.domain.errors import GatewayError
from checkout_service.use_cases.doctor.check_result import OK, PROBLEM, WARNING, CheckResult
from checkout_service.use_cases.doctor.fix_endpoint import Fixed

from .context import REFUSED, for_people, json_option, use_cases
from .printing import cell, print_json

_MARKS = {OK: "\u2713", WARNING: "!", PROBLEM: "\u2717"}
_PLAIN_MARKS = {OK: "+", WARNING: "!", PROBLEM: "x"}
_COLOURS = {OK: "green", WARNING: "yellow", PROBLEM: "red"}
_BY_HAND = (
    "Give a restricted key the permission Webhook Endpoints: write, or make the endpoint at Stripe "
    "yourself."
)
_CUT = (
    "The output was cut. If the new endpoint's signing secret was not in it: reveal it in Stripe's "
    "dashboard, or delete the endpoint there and run doctor --fix again."
)
_WIDEST, _NARROWEST = 100, 60


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Make or repair the webhook endpoint at Stripe.")
@click.option("--brief", is_flag=True, help="One line for each fault, none when all is well.")
@json_option
@for_people
def doctor(*, fix: bool, brief: bool, as_json: bool) -> None:
    """Check keys, webhooks, address, database, catalog and worker, and say how to mend them."""
    uc = use_cases()
    with _quiet():
        fixed, refused = _fix() if fix else (Fixed(), None)
        with _kept(fixed):
            if not as_json:
                _print_fixed(fixed)  # before anything else can go wrong
            results = tuple(uc.doctor().run_checks.run())
            if refused:
                results = (*results, CheckResult("--fix", PROBLEM, refused, _BY_HAND))
            if as_json:
                _print_for_machines(results, fixed)
            elif brief:
                _print_for_cron(results)
            else:
                _print_for_people(results)
    if any(result.state == PROBLEM for result in results):
        raise click.exceptions.Exit(REFUSED)


def _fix() -> tuple[Fixed, str | None]:
    try:
        return use_cases().doctor().fix_endpoint.fix(), None
    except GatewayError as error:
        return Fixed(), f"The webhook endpoint was not repaired: {error}"


@contextmanager
def _kept(fixed: Fixed) -> Iterator[None]:
    """Say how to come by the new endpoint's secret when the output that has it is cut."""
    try:
        yield
    except BaseException:
        if fixed.secret:
            with suppress(OSError):
                click.echo(_CUT, err=True)
        raise


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log's warnings back: what they would say is in the results."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _print_for_machines(results: tuple[CheckResult, ...], fixed: Fixed) -> None:
    print_json(
        {
            "ok": all(result.state != PROBLEM for result in results),
            "api_version": use_cases().doctor().api_version,
            "checks": [asdict(result) for result in results],
            "fixed": fixed.done,
            "webhook_secret": fixed.secret,
        }
    )


def _print_for_people(results: tuple[CheckResult, ...]) -> None:
    click.echo(f"Stripe API version {use_cases().doctor().api_version}\n")
    width = max(len(result.check) for result in results)
    for result in results:
        _print_result(result, width)
    click.echo(f"\n{_summary(results)}")


def _print_for_cron(results: tuple[CheckResult, ...]) -> None:
    """Say what is not well, and nothing else: cron mails whatever is said."""
    for result in results:
        if result.state != OK:
            click.echo(cell(f"{result.state}: {result.check}: {result.what} {result.mend}".strip()))


def _print_result(result: CheckResult, width: int) -> None:
    mark = f"{_marks()[result.state]} {result.state:<7}"
    head = f"{mark}  {result.check:<{width}}  "
    lines = _wrapped(result.what, len(head))
    click.echo(click.style(mark, fg=_COLOURS[result.state]) + head[len(mark) :] + lines[0])
    mend = f"To mend: {result.mend}" if result.mend else ""
    for line in [*lines[1:], *_wrapped(mend, len(head))]:
        click.echo(" " * len(head) + line)


def _wrapped(text: str, used: int) -> list[str]:
    """Wrap at the terminal's width, never inside an address or a name."""
    columns = max(_NARROWEST, min(shutil.get_terminal_size().columns, _WIDEST))
    return textwrap.wrap(cell(text), columns - used, break_long_words=False, break_on_hyphens=False)


def _marks() -> dict[str, str]:
    """Return signs the terminal can write; the words beside them say the same."""
    try:
        "".join(_MARKS.values()).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return _PLAIN_MARKS
    return _MARKS


def _print_fixed(fixed: Fixed) -> None:
    for sentence in fixed.done:
        click.echo(f"Done: {cell(sentence)}\n")
    if fixed.secret:
        click.echo(
            "Its signing secret is shown this once. Put it first in STRIPE_WEBHOOK_SECRET (keep "
            "an old one\nbehind a comma while its endpoint still sends), restart web and worker, "
            f"and run doctor again:\n\n  {fixed.secret}\n"
        )


def _summary(results: tuple[CheckResult, ...]) -> str:
    problems = sum(result.state == PROBLEM for result in results)
    warnings = sum(result.state == WARNING for result in results)
    if not problems and not warnings:
        return "All is well."
    return f"{_count(problems, 'problem')}, {_count(warnings, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number == 1 else 's'}"
