"""`flask worker`, `sweep`, `deliver`: what must happen again and again.

Any number of them may run on any number of machines; leases in the database decide.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from checkout_service.domain.clock import DAY
from checkout_service.use_cases import UseCases
from checkout_service.use_cases.sweep.sweep_report import SweepReport

from .alarms import shared_alarm
from .context import for_people, json_option, settings, use_cases
from .jobs import Job, run_until_signal
from .moment import Moment
from .printing import print_json

log = logging.getLogger(__name__)

once_option = click.option("--once", is_flag=True, help="One pass, then exit; else until SIGTERM.")

_PRUNE_SECONDS = 600.0
_FORGET_SECONDS = 3600.0
_TURN_SECONDS = 40.0  # longer than the lease of a sweep whose process died
_TURN_PAUSE_SECONDS = 0.5


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Sweep, deliver, prune and forget on their intervals until SIGTERM."""
    uc = use_cases()
    run_until_signal([_sweeping(uc), *_delivering(uc), _pruning(uc), *_forgetting(uc)])


@click.command("sweep")
@once_option
@json_option
@for_people
def sweep(*, once: bool, as_json: bool) -> None:
    """Look at everything that may have been missed. Exits 0 when the pass ran."""
    uc = use_cases()
    if not once:
        run_until_signal([_sweeping(uc)])
        return
    report = _in_turn(uc.sweep.sweep)
    if as_json:
        print_json(asdict(report))
        return
    if report.skipped:
        click.echo("Another process is sweeping.")
        return
    click.echo(
        f"Looked at {report.looked} orders, took in {report.events} missed events, "
        f"retried {report.retried} events, finished {report.refunds} refunds."
    )
    for failure in report.failures:
        click.echo(f"Failed, to be tried again: {failure}")


@click.command("deliver")
@once_option
@click.option("--since", type=Moment(), help="Send kept messages written since then, too.")
@json_option
@for_people
def deliver(*, once: bool, since: int | None, as_json: bool) -> None:
    """Send what is owed to the merchant's backend. Exits 0 when the pass ran."""
    uc = use_cases()
    if since is not None:
        asked = uc.deliver_outbox.ask_for(since)
        click.echo(f"{asked} kept messages are due now.", err=True)
    if not once:
        run_until_signal(_delivering(uc))
        return
    report = uc.deliver_outbox.deliver()
    if as_json:
        print_json(asdict(report))
    elif report.receiver == "none":
        click.echo("NOTIFY_URL is not set: messages are kept.")
    else:
        click.echo(
            f"Delivered {report.delivered}, failed {report.failed} ({report.dead} for good). "
            f"The receiver is {report.receiver}."
        )


def _in_turn(run: Callable[[], SweepReport]) -> SweepReport:
    """Wait for another process's sweep to end, then sweep: what came meanwhile is seen too."""
    until = time.monotonic() + _TURN_SECONDS
    while (report := run()).skipped and time.monotonic() < until:
        time.sleep(_TURN_PAUSE_SECONDS)
    return report


def _sweeping(uc: UseCases) -> Job:
    def work(_keep_going: Callable[[], bool]) -> None:
        report = uc.sweep.sweep()
        done = {name: count for name, count in asdict(report).items() if count}
        if done and not report.skipped:
            log.info("sweep.done", extra=done)

    return Job("sweep", work, settings().sweep_interval_seconds)


def _delivering(uc: UseCases) -> list[Job]:
    """Give each receiver a job of its own: a slow one is waited for by nobody else."""
    outbox, seconds = uc.deliver_outbox, settings().deliver_interval_seconds
    ways = outbox.ways()
    if len(ways) < 2:  # noqa: PLR2004
        return [Job("deliver", outbox.deliver, seconds, alarm=outbox.listen)]
    alarms = shared_alarm(outbox.listen, len(ways))
    return [
        Job(f"deliver {number}", way.deliver, seconds, alarm=alarm)
        for number, (way, alarm) in enumerate(zip(ways, alarms, strict=True), start=1)
    ]


def _pruning(uc: UseCases) -> Job:
    def work(_keep_going: Callable[[], bool]) -> None:
        if forgotten := uc.hold_idempotency.forget():
            log.info("keys.forgotten", extra={"count": forgotten})

    return Job("prune", work, _PRUNE_SECONDS)


def _forgetting(uc: UseCases) -> list[Job]:
    """Erase people on the settings' word; none of it when personal data is kept."""
    days = settings().retention_days
    if not days:
        return []

    def work(keep_going: Callable[[], bool]) -> None:
        forgotten = uc.forget_old.forget(days * DAY, keep_going)
        if forgotten.orders or forgotten.events:
            log.info("people.forgotten", extra=asdict(forgotten))

    return [Job("forget", work, _FORGET_SECONDS)]
