"""Peers that mirror Stripe, each out of an environment of its own: dj-stripe and the sync engine.

They ask Stripe about what an event tells, so sessions for them are bought in the sandbox first.
"""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.support.ports import free_port
from tests.support.processes import ROOT, Running, clean_environment, run, start

from .bodies import as_stripe_shows, event
from .meter import Call
from .sandbox import FORM, KEY, SESSIONS
from .stack import OURS, Stack, ask, listens, webhook

_SITE = "bench.djstripe_site"
_PRICE = b"currency=usd&unit_amount=2000&product_data[name]=Poster"
_BACK = "https%3A%2F%2Fshop.example%2Fsuccess%3Fsession_id%3D%7BCHECKOUT_SESSION_ID%7D"
_IN_EVENT = "data #>> '{object,id}'"


@dataclass(frozen=True, slots=True)
class _Case:
    """What is sent where, which part of the requests, and how many of these objects are stored."""

    path: str
    kind: str
    stored: str
    share: int = 1
    bought: bool = False


_COMPLETED = "checkout.session.completed"
_DOOR, _ROOT = f"/stripe/webhook/{UUID(int=1)}/", "/"
DJSTRIPE = {
    "dj-stripe": _Case(
        _DOOR, _COMPLETED,
        f"SELECT count(*) FROM djstripe_session s JOIN djstripe_event e ON s.id = e.{_IN_EVENT}"  # noqa: S608
        " WHERE s.id = ANY(%s)", share=4, bought=True),
    "dj-stripe, store only": _Case(
        _DOOR, "billing_portal.session.created",  # dj-stripe has no handler for it
        f"SELECT count(*) FROM djstripe_event WHERE {_IN_EVENT} = ANY(%s)", share=4),  # noqa: S608
}  # fmt: skip
ENGINE = {
    "sync-engine": _Case(
        _ROOT, _COMPLETED,
        "SELECT count(*) FROM stripe.checkout_sessions WHERE id = ANY(%s)", bought=True),
    "sync-engine, intent": _Case(
        _ROOT, "payment_intent.succeeded",
        "SELECT count(*) FROM stripe.payment_intents WHERE id = ANY(%s)"),
}  # fmt: skip
MIRRORS = DJSTRIPE | ENGINE


@contextmanager
def mirrors(
    ground: Stack, folder: Path, djstripe: str | None, engine: Path | None
) -> Iterator[None]:
    """Serve those that were asked for beside the others: a Python, and a folder of npm."""
    running: list[Running] = []
    try:
        if djstripe:
            dsn = _database(ground, "djstripe", DJSTRIPE)
            running += [_djstripe(ground, folder, djstripe, dsn)]
        if engine:
            dsn = _database(ground, "engine", ENGINE)
            running += [_engine(ground, folder, engine.resolve(), dsn)]
        yield
    finally:
        for one in running:
            one.stop()


def webhooks(ground: Stack, server: str, count: int) -> list[Call]:
    """Sign so many events of a case, or its part of them, each about another object."""
    case = MIRRORS[server]
    objects = _objects(ground, case, count // case.share)
    ground.sent[server] += [one["id"] for one in objects]
    shown = ground.shop(OURS).event
    return [webhook(event(shown, one, case.kind), case.path) for one in objects]


def _objects(ground: Stack, case: _Case, count: int) -> list[dict[str, Any]]:
    sandbox = ground.ports["sandbox"]
    if case.bought:
        price = ask(sandbox, Call("/v1/prices", _PRICE, FORM))["id"]
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: _buy(sandbox, price), range(count)))
    shown, prefix = ground.shop(OURS).event["data"]["object"], "cs_test_"
    if case.kind.startswith("payment_intent"):
        path = f"/v1/payment_intents/{shown['payment_intent']}"
        shown, prefix = ask(sandbox, Call(path, None, KEY)), "pi_"
    return [shown | {"id": f"{prefix}{secrets.token_hex(16)}"} for _ in range(count)]


def _buy(sandbox: int, price: str) -> dict[str, Any]:
    """Buy at a price that is kept, as a shop has it: whoever mirrors Stripe asks for it once."""
    form = (
        f"mode=payment&success_url={_BACK}&line_items[0][price]={price}&line_items[0][quantity]=1"
    )
    session = ask(sandbox, Call(SESSIONS, form.encode(), FORM))["id"]
    paid = ask(sandbox, Call(f"/_sandbox/checkout/sessions/{session}/pay", b"{}"))
    return as_stripe_shows(paid)


def _database(ground: Stack, name: str, cases: dict[str, _Case]) -> str:
    with psycopg.connect(ground.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    dsn = ground.dsn.replace("/postgres?", f"/{name}?")
    ground.stores.update({case: (dsn, told.stored) for case, told in cases.items()})
    return dsn


def _djstripe(ground: Stack, folder: Path, python: str, dsn: str) -> Running:
    env = ground.env | {"PEER_DATABASE": dsn}
    run([_SITE], env=env, python=python)
    port = free_port()
    command = ["gunicorn", "--config", "python:bench.djstripe_gunicorn", f"{_SITE}:application"]
    command[1:1] = ["--bind", f"127.0.0.1:{port}"]
    log = folder / "djstripe.log"
    running = start(command, env=env, log=log, ready=listens(port), python=python)
    _known(ground, DJSTRIPE, port, running)
    return running


def _engine(ground: Stack, folder: Path, where: Path, dsn: str) -> Running:
    port, log = free_port(), folder / "engine.log"
    env = ground.env | {"ENGINE": str(where), "ENGINE_DATABASE": dsn, "ENGINE_PORT": str(port)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            ["node", "bench/sync_engine.mjs"], env=clean_environment(env), cwd=ROOT,  # noqa: S607
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    running, is_up = Running(process, log), listens(port)
    while not is_up():
        if process.poll() is not None:
            raise RuntimeError(running.logs)
        time.sleep(0.05)
    _known(ground, ENGINE, port, running)
    return running


def _known(ground: Stack, cases: dict[str, _Case], port: int, running: Running) -> None:
    ground.ports.update(dict.fromkeys(cases, port))
    ground.servers.update(dict.fromkeys(cases, running))
