"""`python -m bench.sandbox`: how soon the sandbox answers, and how much it answers on one core.

CPU is what to trust on a shared machine: a rate here is what one core would give it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil

from stripe_sandbox import RunningSandbox
from tests.support.ports import free_port
from tests.support.processes import Running, answers, start

from .meter import Call, measure

KEY = (("Authorization", "Bearer sk_test_sandbox"),)
FORM = (*KEY, ("Content-Type", "application/x-www-form-urlencoded"))
_ITEM = "line_items[0][price_data]"
_SESSION = (
    "mode=payment&success_url=https%3A%2F%2Fshop.example&line_items[0][quantity]=1"
    f"&{_ITEM}[currency]=usd&{_ITEM}[unit_amount]=2000&{_ITEM}[product_data][name]=Poster"
).encode()
SESSIONS = "/v1/checkout/sessions"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.sandbox", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=1_000, help="a case and round")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        starts = [_start(Path(name)) for _ in range(chosen.rounds)]
        running, port, _ = starts[0]
        cpu = statistics.median(_cpu(one) for one, _, _ in starts)
        for one, _, _ in starts[1:]:
            one.stop()
        rates = [_rates(running.pid, port, chosen.requests) for _ in range(chosen.rounds)]
        running.stop()
    print(f"first answer: {min(took for _, _, took in starts):.2f} s at best, {cpu:.2f} s of CPU")
    for case, found in zip(("POST creates", "GET shows"), zip(*rates, strict=True), strict=True):
        print(f"{case} a session: {statistics.median(found):.0f} requests/s a core")


def _start(folder: Path) -> tuple[Running, int, float]:
    """Start one as a stranger would, not from a process that has imported it already."""
    port = free_port()
    command = ["stripe_sandbox", "--port", str(port)]
    began, ready = time.perf_counter(), answers(f"http://127.0.0.1:{port}/")
    env = {"PYTHONNOUSERSITE": "1"}  # told anything of Python, the tests' helper starts it cold
    running = start(command, env=env, log=folder / f"{port}.log", ready=ready)
    return running, port, time.perf_counter() - began


def _cpu(running: Running) -> float:
    times = psutil.Process(running.pid).cpu_times()
    return float(times.user + times.system)


def _rates(pid: int, port: int, requests: int) -> tuple[float, float]:
    """Return how many sessions one core makes, and shows, in a second."""
    RunningSandbox(f"http://127.0.0.1:{port}").reset()
    create = Call(SESSIONS, _SESSION, FORM)
    made = measure(port, [create] * requests, server=pid, database=0)
    _, text = create.on(HTTPConnection("127.0.0.1", port))
    show = Call(f"{SESSIONS}/{json.loads(text)['id']}", headers=KEY)
    shown = measure(port, [show] * requests, server=pid, database=0)
    return 1e6 / made.server, 1e6 / shown.server


if __name__ == "__main__":
    main()
