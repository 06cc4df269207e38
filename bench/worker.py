"""`python -m bench.worker`: our worker beside the one it is made of, gunicorn's own threads.

The same application on the same database and Stripe, rounds in turn. A ratio above 1 says that ours
is cheaper, or faster; below 0.95 it would cost more than it may.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support.ports import free_port

from .meter import Call, Figures, medians
from .stack import Stack, serve, stack

OURS, STOCK = "ours", "gthread"
_BAR = 0.95


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.worker", description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--requests", type=int, default=800, help="a case and round")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name, stack(Path(name)) as ground:
        ground.ports[STOCK] = free_port()
        command = ("--worker-class", "gthread", "wsgi:app")
        stock = serve(STOCK, ground.ports[STOCK], ground.env, Path(name), *command)
        ground.servers[STOCK] = stock
        rounds = _run(ground, chosen.rounds, chosen.requests)
    for case, of in rounds.items():
        _print(case, of)


def _run(ground: Stack, count: int, requests: int) -> dict[str, dict[str, list[Figures]]]:
    feeds: dict[str, Callable[[], list[Call]]] = {
        "webhook": lambda: ground.webhooks(requests),
        "page": lambda: [Call("/")] * requests,
    }
    rounds = {case: {OURS: list[Figures](), STOCK: list[Figures]()} for case in feeds}
    for number in range(count + 1):
        # Whoever comes second finds the machine as the first has left it: take turns.
        for server in (OURS, STOCK) if number % 2 else (STOCK, OURS):
            for case, feed in feeds.items():
                figures = ground.measure(server, feed())
                if number:  # the first round warms up
                    rounds[case][server].append(figures)
    return rounds


def _print(case: str, of: dict[str, list[Figures]]) -> None:
    pairs = list(zip(of[OURS], of[STOCK], strict=True))
    cpu = statistics.median(stock.cpu / ours.cpu for ours, stock in pairs)
    rate = statistics.median(ours.rate / stock.rate for ours, stock in pairs)
    for server, figures in of.items():
        one = medians(figures)
        print(
            f"{case:<8} {server:<8} {one.rate:>6.0f} req/s, p99 {one.p99:>5.1f} ms,"
            f" server {one.server:>5.0f} us, database {one.database:>5.0f} us"
        )
    print(f"{case:<8} ratio    CPU {cpu:.2f}, req/s {rate:.2f}; bar {_BAR}\n")


if __name__ == "__main__":
    main()
