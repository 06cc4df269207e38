"""`python -m bench.month`: a month of sales in PostgreSQL, before and after forgetting.

One order is sold by the product itself, over HTTP's door to the merchant's answer. Its rows are
then written again under other ids, spread over the month; forgetting and pruning are the product's.
"""

from __future__ import annotations

import argparse
import secrets
import tempfile
from pathlib import Path

from sqlalchemy import BigInteger, Engine, LargeBinary, Table, Text, text

from checkout_service.storage.tables import metadata
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
    chosen = options.parse_args()
    server = OwnServer()
    try:
        migrate(server.url)
        with tempfile.TemporaryDirectory() as folder, Stage(server.url) as stage:
            _sell(stage, Path(folder))
            _repeat(stage.engine, chosen.days, chosen.orders)
            told = [("sold", _sizes(stage.engine))]
            stage.use_cases.hold_idempotency.forget()
            told.append(("pruned", _sizes(stage.engine)))
            stage.use_cases.forget_old.forget(0)
            told.append(("forgotten", _sizes(stage.engine)))
            _alone(stage.engine, "VACUUM FULL")
            told.append(("and packed", _sizes(stage.engine)))
    finally:
        server.stop()
    _print(told)


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
    more = days * a_day - 1
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        # Their rows point at each other, and come table by table.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in metadata.sorted_tables:
            if {"order_id", "nonce", "type", "reference"} & set(
                table.c.keys()
            ) or table.name == "orders":
                connection.execute(text(_again(table)), {"more": more, "gap": DAY // a_day})
    _alone(engine, "VACUUM ANALYZE")


def _again(table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.c)
    values = ", ".join(_value(table, column.name) for column in table.c)
    numbers = "generate_series(CAST(:more AS bigint), 1, -1) AS n"
    return f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {table.name}, {numbers}"  # noqa: S608


def _value(table: Table, name: str) -> str:
    """Write a column anew: another id of the same length, a time as much earlier, else the same."""
    kind, quoted = table.c[name].type, f'"{name}"'
    if isinstance(kind, BigInteger) and (name.endswith("_at") or name in ("at", "created")):
        return f"CASE WHEN {quoted} > 0 THEN {quoted} - n * CAST(:gap AS bigint) ELSE {quoted} END"
    if isinstance(kind, Text) and not isinstance(kind, LargeBinary):
        # Whatever looks like an id ends in letters and digits of its own.
        return (
            f"regexp_replace({quoted}, '([A-Za-z0-9]{{4}})[A-Za-z0-9]{{8}}(?![A-Za-z0-9])', "
            "'\\1' || lpad(to_hex(n), 8, '0'), 'g')"
        )
    return quoted


def _alone(engine: Engine, statement: str) -> None:
    """Run what no transaction may hold, for as long as it takes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text(statement))
        connection.invalidate()


def _sizes(engine: Engine) -> Sizes:
    _alone(engine, "VACUUM")
    with engine.connect() as connection:
        return {
            table.name: (
                connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one(),  # noqa: S608
                connection.execute(
                    text("SELECT pg_total_relation_size(CAST(:name AS regclass))"),
                    {"name": table.name},
                ).scalar_one(),
            )
            for table in metadata.sorted_tables
        }


def _print(told: list[tuple[str, Sizes]]) -> None:
    names = [name for name, (rows, _) in told[0][1].items() if rows > 1]
    print("| table |" + "".join(f" {when}: rows | MB |" for when, _ in told))
    print("|---|" + "---|---|" * len(told))
    for name in sorted(names, key=lambda name: -told[0][1][name][1]):
        cells = (sizes[name] for _, sizes in told)
        print(f"| `{name}` |" + "".join(f" {rows:,} | {size / 1e6:.1f} |" for rows, size in cells))
    sums = (sum(size for _, size in sizes.values()) for _, sizes in told)
    print("| all |" + "".join(f" | {size / 1e6:.1f} |" for size in sums))


if __name__ == "__main__":
    main()
