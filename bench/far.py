"""`python -m bench.far`: who waits how long when Stripe is 300 ms away, or does not answer at all.

Prints one line a case, with the bar it is judged by. Requests are sent at a steady pace whatever
the answers take, so a slow answer delays no other.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path

import psycopg

from tests.support.processes import run

from .meter import Call
from .stack import Stack, ask, stack

_AWAY = {"latency_ms": 300}
_HANGS = {"api": [{"method": "POST", "path": "/v1", "kind": "timeout", "probability": 1}]}
_SECONDS = 10
_ORDERS = 1_000

Answer = tuple[int, float]  # status (0: none came), milliseconds


def main() -> None:
    with tempfile.TemporaryDirectory() as name, stack(Path(name)) as ground:
        for case in (_create, _creates, _confirm, _webhooks, _reconcile):
            case(ground)


def _create(ground: Stack) -> None:
    faults(ground, _AWAY)
    ours, sample = (
        [ms for _, ms in steadily(ground, server, ground.creates(25 * _SECONDS), pace=25)]
        for server in ("ours", "sample")
    )
    more = statistics.median(ours) - 300
    print(f"create at 25/s: p50 {more:.1f} ms above Stripe's 300 (sample"
          f" {statistics.median(sample) - 300:.1f}); bar 10")  # fmt: skip


def _creates(ground: Stack) -> None:
    faults(ground, _AWAY)
    answers = steadily(ground, "ours", ground.creates(100 * _SECONDS), pace=100)
    done = sum(status == HTTPStatus.CREATED for status, _ in answers)
    print(f"creates offered at 100/s: {done / _SECONDS:.0f}/s made, the others"
          f" {_others(answers, HTTPStatus.CREATED)}; bar 50/s")  # fmt: skip


def _confirm(ground: Stack) -> None:
    faults(ground, _AWAY)
    calls = ground.confirms(100 * _SECONDS)
    ours = percentile(steadily(ground, "ours", calls, pace=100), 99)
    rate = ground.measure("ours", calls).rate / ground.measure("sample", calls[:200]).rate
    print(f"confirm of a paid order: p99 {ours:.1f} ms at 100/s, bar 10;"
          f" {rate:.0f} times the sample's confirms a second, bar 10")  # fmt: skip


def _webhooks(ground: Stack) -> None:
    cases: list[tuple[str, Mapping[str, object], int, int]] = [
        ("alone", {}, 0, 15), ("with 25 checkouts/s", _AWAY, 25, 15),
        ("while Stripe hangs and 50 checkouts/s wait", _HANGS, 50, 25),
    ]  # fmt: skip
    for name, fault, pace, bar in cases:
        faults(ground, fault)
        events = ground.webhooks(100 * _SECONDS)
        creates = ground.creates(max(1, pace * _SECONDS))
        with ThreadPoolExecutor(1) as beside:
            wide = 200 if fault is _HANGS else 48  # with fewer, creates wait for each other there
            begin = partial(steadily, ground, "ours", creates, pace=pace, connections=wide)
            crowd = beside.submit(begin) if pace else None
            time.sleep(1)
            answers = steadily(ground, "ours", events, pace=100)
            print(f"webhooks at 100/s {name}: p99 {percentile(answers, 99):.1f} ms, the others"
                  f" {_others(answers, HTTPStatus.OK)}; bar {bar}")  # fmt: skip
            faults(ground, {})
            if crowd:
                crowd.result()


def _reconcile(ground: Stack) -> None:
    """Pay a thousand orders of which no webhook tells, then sweep once."""
    faults(ground, {})
    made = steadily(ground, "ours", ground.creates(_ORDERS), pace=100)
    if _others(made, HTTPStatus.CREATED) != "none":
        raise RuntimeError(f"not all were made: {_others(made, HTTPStatus.CREATED)}")
    with psycopg.connect(ground.dsn, autocommit=True) as connection:
        connection.execute("UPDATE orders SET look_due_at = NULL WHERE status = 'pending'")
        rows = connection.execute(
            "SELECT session_id, order_id FROM attempts WHERE state = 'open' AND session_id"
            " IS NOT NULL ORDER BY created_at DESC LIMIT %s", (_ORDERS,)
        ).fetchall()  # fmt: skip
        sandbox = ground.ports["sandbox"]
        for session, _ in rows:
            ask(sandbox, Call(f"/_sandbox/checkout/sessions/{session}/pay", b"{}"))
        mine = [order for _, order in rows]
        connection.execute("UPDATE orders SET look_due_at = 1 WHERE id = ANY(%s)", (mine,))
        before = len(ask(sandbox, Call("/_sandbox/requests"))["data"])
        faults(ground, _AWAY)
        began = time.monotonic()
        run(["flask", "--app", "wsgi", "sweep", "--once"], env=ground.env)
        took = time.monotonic() - began
        faults(ground, {})
        calls = ask(sandbox, Call("/_sandbox/requests"))["data"][before:]
        lists = sum(call["path"] == "/v1/checkout/sessions" for call in calls)
        paid = connection.execute(
            "SELECT id FROM orders WHERE status = 'paid' AND id = ANY(%s)", (mine,)
        ).fetchall()
    print(f"reconcile {_ORDERS} orders: {len(paid)} paid, {lists} lists of sessions and"
          f" {len(calls) - lists} other calls, {took:.1f} s with the start of the command;"
          f" bar 12 calls, 5 s")  # fmt: skip


def steadily(
    ground: Stack, server: str, calls: Sequence[Call], *, pace: int, connections: int = 48
) -> list[Answer]:
    """Send so many calls a second, each on time, over connections that stay open."""
    local = threading.local()
    port = ground.ports[server]
    began = time.perf_counter() + 0.1

    def one(place: int) -> Answer:
        time.sleep(max(0.0, began + place / pace - time.perf_counter()))
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection, call = local.connection, calls[place]
        start, status = time.perf_counter(), 0
        with suppress(OSError, http.client.HTTPException):
            status, _ = call.on(connection)
        return status, 1e3 * (time.perf_counter() - start)

    with ThreadPoolExecutor(connections) as pool:
        return list(pool.map(one, range(len(calls))))


def percentile(answers: Sequence[Answer], share: int) -> float:
    return statistics.quantiles([ms for _, ms in answers], n=100)[share - 1]


def _others(answers: Sequence[Answer], good: int) -> str:
    others = Counter(status for status, _ in answers if status != good)
    return ", ".join(f"{count} x {status}" for status, count in others.items()) or "none"


def faults(ground: Stack, given: Mapping[str, object]) -> None:
    """Make the sandbox slow, or well again."""
    body, kind = json.dumps(given).encode(), (("Content-Type", "application/json"),)
    ask(ground.ports["sandbox"], Call("/_sandbox/faults", body, kind, method="PUT"))


if __name__ == "__main__":
    main()
