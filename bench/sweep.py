"""`python -m bench.sweep`: one sweep over orders that were paid while no webhook came.

Stripe is so many milliseconds away and its ceiling on reads is the shipped one; what the sandbox
costs is nobody's, so the CPU is the command's and the database's alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support.processes import start

from .far import faults
from .meter import Call, cpu_of, cpu_of_one
from .stack import Stack, ask, stack

_SETTLED = "status = 'paid' AND fulfilled"


@dataclass(frozen=True, slots=True)
class Swept:
    """Seconds with the start of the command, calls of Stripe, and CPU seconds."""

    paid: int
    seconds: float
    lists: int
    calls: int
    command: float
    database: float


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.sweep", description=__doc__)
    options.add_argument("--orders", type=int, nargs="*", default=[1_000])
    options.add_argument("--latency-ms", type=int, nargs="*", default=[0, 300])
    options.add_argument("--not-due", action="store_true", help="no look is planned: only events")
    chosen = options.parse_args()
    print(f"{'orders':>7} {'Stripe ms':>9} {'paid':>7} {'seconds':>8} {'lists':>6} {'others':>7}"
          f" {'our CPU s':>9} {'database':>9}")  # fmt: skip
    more = {"CREATE_RATE_LIMIT": "1000000 per minute"}
    with tempfile.TemporaryDirectory() as name, stack(Path(name), more=more) as ground:
        for count in chosen.orders:
            for ms in chosen.latency_ms:
                one = sweep(ground, Path(name), count, ms, due=not chosen.not_due)
                print(f"{count:>7} {ms:>9} {one.paid:>7} {one.seconds:>8.1f} {one.lists:>6}"
                      f" {one.calls - one.lists:>7} {one.command:>9.2f} {one.database:>9.2f}",
                      flush=True)  # fmt: skip


def sweep(ground: Stack, folder: Path, count: int, ms: int, *, due: bool = True) -> Swept:
    """Sell and pay so many orders, tell nobody, then sweep once."""
    sandbox, began = ground.ports["sandbox"], time.time()
    faults(ground, {})
    ground.measure("ours", ground.creates(count))
    with psycopg.connect(ground.dsn, autocommit=True) as database:
        database.execute("UPDATE orders SET look_due_at = NULL")
        rows = database.execute(
            "SELECT session_id, order_id FROM attempts WHERE created_at >= %s", (began * 1000,)
        ).fetchall()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda row: _pay(sandbox, row[0]), rows))
        mine = [order for _, order in rows]
        if due:
            database.execute("UPDATE orders SET look_due_at = 1 WHERE id = ANY(%s)", (mine,))
        before = len(_calls(sandbox))
        faults(ground, {"latency_ms": ms})
        try:
            seconds, command, spent = _once(ground, folder)
        finally:
            faults(ground, {})
        calls = _calls(sandbox)[before:]
        paid = database.execute(
            f"SELECT count(*) FROM orders WHERE id = ANY(%s) AND {_SETTLED}",  # noqa: S608
            (mine,),
        ).fetchone()
    lists = sum(call["path"] == "/v1/checkout/sessions" for call in calls)
    return Swept(paid[0] if paid else 0, seconds, lists, len(calls), command, spent)


def _once(ground: Stack, folder: Path) -> tuple[float, float, float]:
    """Run the command to its end: seconds, and CPU of it and of the database."""
    database = cpu_of(ground.postgres)
    began = time.monotonic()
    command = start(
        ["flask", "--app", "wsgi", "sweep", "--once"], env=ground.env, log=folder / "sweep.log"
    )
    cpu = 0.0
    while command.process.poll() is None:
        cpu = max(cpu, cpu_of_one(command.pid))
        time.sleep(0.05)
    seconds = time.monotonic() - began
    command.stop()
    return seconds, cpu, cpu_of(ground.postgres) - database


def _pay(sandbox: int, session: str) -> None:
    ask(sandbox, Call(f"/_sandbox/checkout/sessions/{session}/pay", b"{}"))


def _calls(sandbox: int) -> list[Any]:
    found: list[Any] = ask(sandbox, Call("/_sandbox/requests"))["data"]
    return found


if __name__ == "__main__":
    main()
