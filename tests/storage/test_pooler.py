"""Whose a connection is decides its use: ours keeps habits, a pooler's keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import bindparam, literal_column, select, text

from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.storage.prepared import Prepared
from checkout_service.storage.trial import try_sale
from tests.support import pgbouncer
from tests.support.databases import Databases

from .pending import NOW, write_order

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])

ECHO = Prepared({"postgresql": select(literal_column("7"), bindparam("b", "").label("b"))})
PREPARED = text("SELECT count(*) FROM pg_prepared_statements")
SETTING = text("SELECT current_setting(:name)")
needs_pooler = pytest.mark.skipif(pgbouncer.PROGRAM is None, reason=pgbouncer.WHY_NOT)

Connect = Callable[[str], Database]


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as stack:

        def made(url: str) -> Database:
            engine = make_engine(url)
            stack.callback(engine.dispose)
            return Database(engine)

        yield made


@pytest.fixture
def pooler(database_url: str) -> Iterator[str]:
    """Lend the way through a pooler that has fewer servers than it has clients."""
    with pgbouncer.pooled(database_url, servers=3) as url:
        yield url


def setting(database: Database, name: str) -> str:
    with database.read() as connection:
        return str(connection.execute(SETTING, {"name": name}).scalar_one())


def test_a_connection_of_our_own_prepares_statements_and_keeps_its_bounds(
    database: Database,
) -> None:
    with database.read() as connection:
        ECHO.rows(connection, {"b": "x"})
        assert connection.execute(PREPARED).scalar_one() > 0

    assert not database.is_pooled()
    assert setting(database, "statement_timeout") == "8s"
    assert setting(database, "plan_cache_mode") == "force_generic_plan"


def test_the_users_own_options_are_kept_and_win(database_url: str, connect: Connect) -> None:
    options = quote("-csearch_path=shop,public -cstatement_timeout=1234")

    database = connect(f"{database_url}?options={options}&application_name=mine")

    assert setting(database, "search_path") == "shop,public"
    assert setting(database, "statement_timeout") == "1234ms"
    assert setting(database, "lock_timeout") == "4s"
    assert setting(database, "application_name") == "mine"


@needs_pooler
def test_a_pooler_is_noticed_and_its_servers_are_left_as_they_were(
    pooler: str, connect: Connect
) -> None:
    database = connect(pooler)

    assert database.is_pooled()
    inside = database.write(lambda c: c.execute(SETTING, {"name": "statement_timeout"}).scalar())
    assert inside == "8s"
    for place in range(20):
        try_sale(database, now=NOW + place)
    with database.read() as connection:
        for _ in range(10):
            ECHO.rows(connection, {"b": "x"})
        assert connection.execute(PREPARED).scalar_one() == 0
    assert setting(database, "statement_timeout") == "0"


@needs_pooler
def test_many_processes_sell_through_few_servers(pooler: str, connect: Connect) -> None:
    """Each has connections of its own; the pooler's servers go from hand to hand."""
    processes = [connect(pooler) for _ in range(3)]

    def sell(number: int) -> bool:
        database, name = processes[number % 3], f"ord_{number:024}"
        assert database.write_at_once(lambda c: write_order(c, nonce=name, order_id=name))
        try_sale(database, now=NOW + number)
        with database.read() as connection:
            return load_ledger(connection, name, lock=False) is not None

    with ThreadPoolExecutor(12) as threads:
        assert all(threads.map(sell, range(120)))


def test_a_plan_of_twenty_connections_serves_two_webs_a_worker_a_release_and_a_doctor(
    databases: Databases, database_url: str, connect: Connect
) -> None:
    name = database_url.rpartition("/")[2]
    role = f"small_{name}"
    with closing(psycopg.connect(database_url, autocommit=True)) as owner:
        owner.execute(f'CREATE ROLE "{role}" LOGIN CONNECTION LIMIT 20'.encode())
        owner.execute(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{role}"'.encode())
        small = database_url.replace("://postgres@", f"://{role}@")
        with ExitStack() as others:
            for _ in ("release", "doctor"):
                others.enter_context(closing(psycopg.connect(small)))
            processes = [connect(small) for _ in ("web", "web", "worker")]
            with ThreadPoolExecutor(48) as threads:
                done = threads.map(
                    lambda n: processes[n % 3].write(
                        lambda c: c.execute(text("SELECT pg_sleep(0.02)")).rowcount
                    ),
                    range(300),
                )
                assert sum(done) == 300
            for process in processes:
                process.engine.dispose()
        owner.execute(f'DROP OWNED BY "{role}"'.encode())
        owner.execute(f'DROP ROLE "{role}"'.encode())
