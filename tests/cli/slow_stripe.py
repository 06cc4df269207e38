"""Jobs for a real process: `python -m tests.cli.slow_stripe KIND` runs them until told to stop."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from checkout_service.cli.jobs import Job, run_until_signal
from checkout_service.domain.errors import DatabaseUnavailable

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(message)s")


def quick(_keep_going: Callable[[], bool]) -> None:
    print("tick", flush=True)


def failing(_keep_going: Callable[[], bool]) -> None:
    print("fail", flush=True)
    raise DatabaseUnavailable


def broken(_keep_going: Callable[[], bool]) -> None:
    print("break", flush=True)
    raise ZeroDivisionError


def slow(_keep_going: Callable[[], bool]) -> None:
    print("begin", flush=True)
    time.sleep(0.5)
    print("end", flush=True)


def polite(keep_going: Callable[[], bool]) -> None:
    print("begin", flush=True)
    while keep_going():
        time.sleep(0.01)
    print("end", flush=True)


def stuck(_keep_going: Callable[[], bool]) -> None:
    print("begin", flush=True)
    time.sleep(60)


WORK = {work.__name__: work for work in (quick, failing, broken, slow, polite, stuck)}

if __name__ == "__main__":
    jobs = [Job(name, WORK[name], 0.05) for name in sys.argv[1:]]
    run_until_signal(jobs, grace_seconds=1.0)
