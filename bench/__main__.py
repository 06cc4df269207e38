"""`make bench`: our hot paths beside their limits and Stripe's own sample, in one run.

Every round runs each case once, in turn. A ratio above 1 says that ours is cheaper, or faster;
the first of a case's two is CPU (server and database), the one to judge by.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .guard import lost
from .meter import CONNECTIONS, Call, Figures, medians
from .mirrors import MIRRORS, mirrors, webhooks
from .stack import BESIDE, OURS, Stack, stack
from .stacked import Cost, stacked

LIMIT, SAMPLE = "limit", "sample"
_TITLES = {
    "webhook": "a completed session: receipt, order, trail, fulfilment and message",
    "confirm": "the buyer is back and the order is paid",
    "poll": "many pages ask while nobody has paid",
    "repeat": "one page asks again at once",
    "create": "open a Checkout Session",
}
_PEERS = {
    ("webhook", LIMIT): "verify + one committed INSERT, nothing else",
    ("webhook", SAMPLE): "stores nothing",
    ("webhook", "dj-stripe"): "asks for session, intent, method, keeps all",
    ("webhook", "dj-stripe, store only"): "no handler, the event alone",
    ("webhook", "sync-engine"): "asks for the lines, keeps both",
    ("webhook", "sync-engine, intent"): "one upsert, no event",
    ("confirm", SAMPLE): "asks Stripe each time",
    ("poll", SAMPLE): "asks Stripe each time",
    ("repeat", SAMPLE): "asks Stripe each time",
    ("create", SAMPLE): "stores nothing, typed SDK",
    ("create", LIMIT): "the raw call to Stripe alone",
}
_DRAWN = {"webhook": "webhook: a payment is settled", "confirm": "confirm: the buyer is back",
          "poll": "poll: nobody has paid yet", "create": "create a Checkout Session"}  # fmt: skip
_BARS = {("webhook", LIMIT): 0.42, ("webhook", SAMPLE): 0.5, ("webhook", "dj-stripe"): 9,
         ("webhook", "dj-stripe, store only"): 4, ("webhook", "sync-engine"): 0.85,
         ("confirm", SAMPLE): 2.3, ("poll", SAMPLE): 1.2, ("create", SAMPLE): 0.5}  # fmt: skip

Rounds = dict[tuple[str, str], list[Figures]]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=800, help="a case and round")
    options.add_argument("--beside", type=Path, help="another checkout of ours, to compare with")
    options.add_argument("--only", choices=_TITLES, nargs="*", default=list(_TITLES))
    options.add_argument("--djstripe", help="the Python of an environment that has dj-stripe")
    options.add_argument("--syncengine", type=Path, help="a folder where npm has installed it")
    options.add_argument("--chart", type=Path, help="draw the medians into this file, as SVG")
    options.add_argument("--guard", action="store_true", help="fail when a ratio is far below")
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        stack(Path(name), chosen.beside) as ground,
        mirrors(ground, Path(name), chosen.djstripe, chosen.syncengine),
    ):
        rounds = _run(ground, chosen.only, chosen.rounds, chosen.requests)
        _print(rounds, chosen.requests)
        _print_sizes(ground)
        if missing := ground.lost():
            sys.exit(f"answered, and not stored: {missing}")
        if chosen.chart:
            chosen.chart.write_text(_drawn(rounds), "utf-8")
        if chosen.guard and (doubtful := sorted({case for case, _ in lost(_peers(rounds))})):
            # A machine that others use as well may explain one such series, and hardly a second.
            again = _run(ground, doubtful, 2 * chosen.rounds, 2 * chosen.requests)
            _print(again, 2 * chosen.requests)
            sys.exit("\n".join(lost(_peers(again)).values()) or 0)


def _peers(rounds: Rounds) -> dict[tuple[str, str], float]:
    return {case: _cpu_ratio(rounds[case[0], OURS], rounds[case]) for case in rounds}


def _run(ground: Stack, titles: list[str], count: int, requests: int) -> Rounds:
    feeds: dict[str, Callable[[str], list[Call]]] = {
        "webhook": lambda server: (
            webhooks(ground, server, requests)
            if server in MIRRORS
            else ground.webhooks(requests, server)
        ),
        "confirm": lambda server: ground.confirms(requests, server),
        "poll": lambda server: ground.polls(requests, server),
        "repeat": lambda server: ground.repeats(requests, server),
        "create": lambda server: ground.creates(requests // 4, server),
    }
    cases = [(title, OURS) for title in titles]
    if BESIDE in ground.shops:
        cases += [(title, BESIDE) for title in titles]
    cases += [case for case in _PEERS if case[0] in titles and case[1] in ground.servers]
    cases.sort(key=lambda case: titles.index(case[0]))
    rounds: Rounds = {case: [] for case in cases}
    for number in range(count + 1):
        for title, server in cases:
            calls = feeds[title](server)
            figures = ground.measure(server, calls)
            if title == "webhook":
                ground.sizes[server] = len(calls[0].body or b"")
            if number:  # the first round warms up
                rounds[title, server].append(figures)
    return rounds


def _print(rounds: Rounds, requests: int) -> None:
    count = len(next(iter(rounds.values())))
    print(f"{count} rounds of {requests} requests (create: a quarter), {CONNECTIONS} connections")
    print("Medians; CPU in microseconds a request.\n")
    head = ("case", "req/s", "p99 ms", "server", "database", "CPU ratio", "req/s ratio", "bar")
    print("{:<58} {:>7} {:>7} {:>7} {:>8} {:>10} {:>11} {:>5}".format(*head))
    for (title, server), figures in rounds.items():
        name = _TITLES[title] if server == OURS else f"{server}: {_said(title, server)}"
        one = medians(figures)
        row = f"{title + ', ' + name if server == OURS else '  ' + name:<58.58}"
        row += f" {one.rate:>7.0f} {one.p99:>7.1f} {one.server:>7.0f} {one.database:>8.0f}"
        if server != OURS:
            bar = _BARS.get((title, server), "")
            row += f" {_ratios(rounds[title, OURS], figures)} {bar:>5}"
        print(row)


def _print_sizes(ground: Stack) -> None:
    if ground.sizes:
        found = ", ".join(f"{server} {size / 1000:.1f}" for server, size in ground.sizes.items())
        short = ground.shop(OURS).short / 1000
        print(f"\nBodies of webhooks, KB: {found}; as the sandbox itself shows them {short:.1f}")


def _drawn(rounds: Rounds) -> str:
    costs: dict[str, list[Cost]] = {}
    for (title, server), figures in rounds.items():
        one = medians(figures)
        costs.setdefault(title, []).append(Cost(server, one.server, one.database))
    groups = {_DRAWN[title]: of for title, of in costs.items() if title in _DRAWN}
    return stacked("CPU of one request", groups)


def _said(title: str, server: str) -> str:
    return _PEERS.get((title, server), "another checkout of ours")


def _cpu_ratio(ours: list[Figures], peer: list[Figures]) -> float:
    """Return how many times the peer's CPU a request is ours: the median of the rounds."""
    return statistics.median(p.cpu / o.cpu for o, p in zip(ours, peer, strict=True))


def _ratios(ours: list[Figures], peer: list[Figures]) -> str:
    rate = statistics.median(o.rate / p.rate for o, p in zip(ours, peer, strict=True))
    return f"{_cpu_ratio(ours, peer):>10.2f} {rate:>11.2f}"


if __name__ == "__main__":
    main()
