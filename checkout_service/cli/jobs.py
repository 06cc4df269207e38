"""Run jobs on their intervals until SIGTERM or SIGINT, then stop within seconds.

Killing a job in its midst is safe: all it holds are leases, and those run out.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from checkout_service.domain.errors import CheckoutError

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)

GRACE_SECONDS = 8.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_HABITS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}

Work = Callable[[Callable[[], bool]], object]
Alarm = Callable[[Callable[[], None], Callable[[], bool]], None]


@dataclass(slots=True)
class Job:
    """Work that is repeated; it is handed the question whether it may go on.

    An `alarm` runs in a thread of its own and calls for the work ahead of its time.
    """

    name: str
    work: Work
    seconds: float
    alarm: Alarm | None = None
    busy: threading.Lock = field(default_factory=threading.Lock)
    failing: str | None = None

    def run(self, keep_going: Callable[[], bool]) -> None:
        """Run once. A named failure is one line; the scheduler logs any other with its trace."""
        with self.busy:
            if not keep_going():
                return
            try:
                self.work(keep_going)
            except CheckoutError as error:
                if error.code != self.failing:  # one line an episode
                    log.warning("job.failed", extra={"job": self.name, "reason": error.code})
                self.failing = error.code
            else:
                self.failing = None

    def on_alarm(self, alarm: Alarm, keep_going: Callable[[], bool]) -> None:
        """Run whenever the alarm rings. However it ends, the interval stays."""

        def run() -> None:
            try:
                self.run(keep_going)
            except Exception:
                log.exception("job.broken", extra={"job": self.name})

        alarm(run, keep_going)


def run_until_signal(jobs: Sequence[Job], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Run the jobs, each at once and then on its interval, until a signal says stop."""
    # Blocked here and in every thread to come, the signals wait until we ask for them: no
    # handler can run in the middle of anything. They stay blocked: the process is about to end.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    stopping = threading.Event()

    def keep_going() -> bool:
        return not stopping.is_set()

    scheduler = _schedule(jobs, keep_going)
    scheduler.start()
    for job in jobs:
        if job.alarm is not None:
            watch = (job.alarm, keep_going)
            threading.Thread(target=job.on_alarm, args=watch, daemon=True).start()
    log.info("worker.started", extra={"jobs": [job.name for job in jobs]})
    received = signal.sigwait(_SIGNALS)
    log.info("worker.stopping", extra={"signal": signal.Signals(received).name})
    stopping.set()
    scheduler.shutdown(wait=False)
    unfinished = _wait_for(jobs, time.monotonic() + grace_seconds)
    log.info("worker.stopped", extra={"unfinished": unfinished})
    if unfinished:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # a normal exit would wait for the job's thread


def _schedule(jobs: Sequence[Job], keep_going: Callable[[], bool]) -> BackgroundScheduler:
    # A command that runs once needs no scheduler, and loading it takes as long as a few orders.
    from apscheduler.executors.pool import ThreadPoolExecutor  # noqa: PLC0415
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415

    # It warns each time a tick falls into a running job, which is what we asked for.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    pool = ThreadPoolExecutor(len(jobs))
    scheduler = BackgroundScheduler(executors={"default": pool}, job_defaults=_HABITS, timezone=UTC)
    for job in jobs:
        scheduler.add_job(
            job.run,
            "interval",
            args=(keep_going,),
            seconds=job.seconds,
            id=job.name,
            next_run_time=datetime.now(UTC),
        )
    return scheduler


def _wait_for(jobs: Sequence[Job], until: float) -> list[str]:
    """Wait for running jobs; name those that did not end in time."""
    return [job.name for job in jobs if not _ends(job, until)]


def _ends(job: Job, until: float) -> bool:
    ended = job.busy.acquire(timeout=max(0.0, until - time.monotonic()))
    if ended:
        # A run that is about to begin has to see that it may not: our exit waits for its thread.
        job.busy.release()
    return ended
