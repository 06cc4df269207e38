"""`python -m bench.notifications`: how many messages a second reach a merchant's backend.

Workers are started beside messages that wait; what counts is the middle of what arrives, from the
tenth hundredth to the ninetieth, so that neither start nor end of a worker is in it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.merchant import SECRET
from tests.support.ports import free_port
from tests.support.processes import answers, start

from .meter import Call, cpu_of
from .stack import Stack, ask, stack

# Workers, milliseconds until the backend answers, messages.
_CASES = ((1, 200, 1200), (1, 50, 2000), (1, 0, 3000), (3, 0, 6000), (3, 200, 3000))


@dataclass(frozen=True, slots=True)
class Arrived:
    """Messages a second, and CPU microseconds a message of the workers and of the database."""

    rate: float
    worker: float
    database: float
    twice: int


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.notifications", description=__doc__)
    options.add_argument("--concurrency", type=int, nargs="*", default=[None])
    options.add_argument("--case", type=int, nargs="*", default=list(range(len(_CASES))))
    chosen = options.parse_args()
    print(f"{'workers':>7} {'answers ms':>10} {'at once':>7} {'a second':>8} {'worker us':>9}"
          f" {'database us':>11} {'twice':>5}")  # fmt: skip
    ours = {
        "NOTIFY_URL": f"http://127.0.0.1:{free_port()}/paid",
        "NOTIFY_SECRET": SECRET,
        "NOTIFY_ALLOW_PRIVATE": "1",
    }
    with tempfile.TemporaryDirectory() as name, stack(Path(name), more=ours) as ground:
        for wide in chosen.concurrency:
            for workers, ms, count in (_CASES[place] for place in chosen.case):
                one = deliver(ground, Path(name), (workers, ms, count), wide)
                print(f"{workers:>7} {ms:>10} {wide or 'default':>7} {one.rate:>8.0f}"
                      f" {one.worker:>9.0f} {one.database:>11.0f} {one.twice:>5}")  # fmt: skip


def deliver(ground: Stack, folder: Path, case: tuple[int, int, int], wide: int | None) -> Arrived:
    """Sell as many orders as there are to be messages, then let the workers tell of them."""
    workers, ms, count = case
    ground.measure("ours", ground.webhooks(count))
    port = int(urlsplit(ground.env["NOTIFY_URL"]).port or 0)
    command = ["bench.receiver", "--port", str(port), "--latency-ms", str(ms)]
    log = folder / "receiver.log"
    backend = start(command, env={}, log=log, ready=answers(f"http://127.0.0.1:{port}/"))
    env = ground.env | ({"DELIVER_CONCURRENCY": str(wide)} if wide else {})
    before = cpu_of(ground.postgres)
    crew = [start(["flask", "--app", "wsgi", "deliver"], env=env, log=folder / f"worker{n}.log")
            for n in range(workers)]  # fmt: skip
    try:
        at_start = sum(cpu_of(one.pid) for one in crew)
        told = _until_all_came(port, count)
        spent = sum(cpu_of(one.pid) for one in crew) - at_start, cpu_of(ground.postgres) - before
    finally:
        for one in (*crew, backend):
            one.stop()
    times = sorted(told["times"])
    first, last = int(0.1 * len(times)), int(0.9 * len(times)) - 1
    worker, database = (1e6 * seconds / count for seconds in spent)
    rate = (last - first) / (times[last] - times[first])
    return Arrived(rate, worker, database, len(times) - told["different"])


def _until_all_came(port: int, count: int) -> Any:
    for _ in range(600):
        told = ask(port, Call("/"))
        if told["different"] >= count:
            return told
        time.sleep(0.5)
    raise RuntimeError(f"only {told['different']} of {count} messages came")


if __name__ == "__main__":
    main()
