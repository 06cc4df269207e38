"""`python -m bench.month`: what a month of sales takes in a database, before and after forgetting.

One order is sold by the product itself, over HTTP's door to the merchant's answer. Its rows are
then written again under other ids, spread over the month; forgetting and pruning are the product's.
"""

from __future__ import annotations

import argparse
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Engine, LargeBinary, Table, Text, text

from checkout_service.storage.tables import metadata, orders
from tests.support.databases import migrate
from tests.support.on_stage import app_on
from tests.support.postgres import OwnServer
from tests.support.stage import Stage

DAY = 86_400_000
_EMAIL = "ada@example.com"
_BUYER = {"items": [{"price": "poster-usd", "quantity": 1}], "customer_email": _EMAIL}

Sizes = dict[str, tuple[int, int]]  # rows, and bytes with indexes and TOAST


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--orders", type=int, default=1_000, help="a day")
    options.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        _database(chosen.database, Path(folder)) as url,
        Stage(url) as stage,
    ):
        _sell(stage, Path(folder))
        _repeat(stage.engine, chosen.days, chosen.orders)
        stages = [("sold", _sizes(stage.engine))]
        _timed("pruned", stage.use_cases.hold_idempotency.forget)
        stages.append(("pruned", _sizes(stage.engine)))
        _timed("forgotten", lambda: stage.use_cases.forget_old.forget(0))
        stages.append(("forgotten", _sizes(stage.engine)))
        with _alone(stage.engine) as driver:
            driver.execute("VACUUM" if _is_sqlite(stage.engine) else "VACUUM FULL")
        stages.append(("and packed", _sizes(stage.engine)))
    _print(stages)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """Lend an empty database at head."""
    server = OwnServer() if kind == "postgresql" else None
    try:
        url = server.url if server else f"sqlite:///{folder / 'month.sqlite3'}"
        migrate(url)
        yield url
    finally:
        if server:
            server.stop()


def _timed(name: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    done = work()
    print(f"{name}: {done} in {time.monotonic() - began:.0f} s", flush=True)


def _sell(stage: Stage, folder: Path) -> None:
    made = (
        app_on(stage, folder)
        .test_client()
        .post(
            "/api/v1/checkout-sessions",
            json=_BUYER,
            headers={"Idempotency-Key": secrets.token_hex(16)},
        )
    )
    session = made.get_json()["id"]
    stage.pays(session, email=_EMAIL)
    stage.delivers()
    stage.returns(session)
    stage.delivers_messages()
    stage.advance(1)


def _repeat(engine: Engine, days: int, a_day: int) -> None:
    """Write every row of the one order again, `days * a_day` in all, the oldest first."""
    more, gap = days * a_day - 1, DAY // a_day
    # Their rows point at each other, and come table by table.
    before = ["SET session_replication_role = replica", _ANOTHER]
    with _alone(engine) as driver:
        if _is_sqlite(engine):
            driver.create_function("another", 2, _another, deterministic=True)
            before = ["PRAGMA foreign_keys = OFF"]
        for statement in before:
            driver.execute(statement)
        for table in metadata.sorted_tables:
            if {"order_id", "nonce", "type", "reference"} & {*table.c.keys()} or table is orders:
                driver.execute(_again(table, more, gap))
        driver.execute("ANALYZE")


def _again(table: Table, more: int, gap: int) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.c)
    values = ", ".join(_value(table, column.name, gap) for column in table.c)
    return (
        f"INSERT INTO {table.name} ({columns}) "  # noqa: S608
        f"WITH RECURSIVE turns(n) AS (SELECT CAST({more} AS bigint) "
        "UNION ALL SELECT n - 1 FROM turns WHERE n > 1) "
        f"SELECT {values} FROM {table.name}, turns"
    )


# Whatever looks like an id ends in letters and digits of its own.
_ID = "([A-Za-z0-9]{4})[A-Za-z0-9]{8}(?![A-Za-z0-9])"
_ANOTHER = f"""
CREATE FUNCTION another(given text, n bigint) RETURNS text IMMUTABLE STRICT LANGUAGE sql AS
$$ SELECT regexp_replace(given, '{_ID}', '\\1' || lpad(to_hex(n), 8, '0'), 'g') $$
"""


def _another(given: str | None, n: int) -> str | None:
    return None if given is None else re.sub(_ID, rf"\g<1>{n:08x}", given)


def _value(table: Table, name: str, gap: int) -> str:
    """Write a column anew: another id of the same length, a time as much earlier, else the same."""
    kind, quoted = table.c[name].type, f'"{name}"'
    if isinstance(kind, BigInteger) and (name.endswith("_at") or name in ("at", "created")):
        return f"CASE WHEN {quoted} > 0 THEN {quoted} - n * {gap} ELSE {quoted} END"
    if isinstance(kind, Text) and not isinstance(kind, LargeBinary):
        return f"another({quoted}, n)"
    return quoted


@contextmanager
def _alone(engine: Engine) -> Iterator[Any]:
    """Lend a driver's own connection, for what no transaction may hold and takes its time."""
    pooled = engine.raw_connection()
    driver: Any = pooled.driver_connection
    if not _is_sqlite(engine):
        driver.autocommit = True
        driver.execute("SET statement_timeout = 0")
    yield driver
    pooled.invalidate()


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _sizes(engine: Engine) -> Sizes:
    size = "pg_total_relation_size(CAST(:name AS regclass))"
    if _is_sqlite(engine):
        mine = "SELECT name FROM sqlite_master WHERE tbl_name = :name"
        size = f"sum(pgsize) FROM dbstat WHERE name IN ({mine})"
    else:
        with _alone(engine) as driver:
            driver.execute("VACUUM")
    with engine.connect() as connection:
        return {
            table.name: (
                connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one(),  # noqa: S608
                connection.execute(text(f"SELECT {size}"), {"name": table.name}).scalar_one(),
            )
            for table in metadata.sorted_tables
        }


def _print(stages: list[tuple[str, Sizes]]) -> None:
    names = [name for name, (rows, _) in stages[0][1].items() if rows > 1]
    print("| table |" + "".join(f" {when}: rows | MB |" for when, _ in stages))
    print("|---|" + "---|---|" * len(stages))
    for name in sorted(names, key=lambda name: -stages[0][1][name][1]):
        cells = (sizes[name] for _, sizes in stages)
        print(f"| `{name}` |" + "".join(f" {rows:,} | {size / 1e6:.1f} |" for rows, size in cells))
    sums = (sum(size for _, size in sizes.values()) for _, sizes in stages)
    print("| all |" + "".join(f" | {size / 1e6:.1f} |" for size in sums))


if __name__ == "__main__":
    main()
