"""`flask db copy-to`: all of it arrives as it was, or nothing does and the reason is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, Connection, Engine, Table, select, text

from checkout_service.domain.errors import CopyRefused, DatabaseUnavailable
from checkout_service.settings.database import database_url as with_driver
from checkout_service.storage.admin.figures import migration
from checkout_service.storage.copying import Sums, tables_with_rows
from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.tables import metadata, orders
from checkout_service.storage.trial import try_sale
from checkout_service.use_cases.retention.copy_database import CopyDatabase
from tests.support.databases import KEYS, KINDS, Databases
from tests.support.processes import run

ROWS = 3
SILENT = lambda *_: None  # noqa: E731


def value(column: Column[Any], number: int) -> Any:
    """Make a value that the column's type and constraints take, as odd as they allow."""
    kind = column.type.python_type
    if kind is bool:
        return bool(number % 2)
    if kind is int:
        return number + 1 if str(column.type) == "INTEGER" else 2**60 + number
    if kind is bytes:
        return bytes(range(256)) * (number + 1)
    if column.foreign_keys or column.name == "id":
        return f"{number}"
    if column.name == "currency":
        return ("eur", "jpy", "eur")[number]
    return known_word(column) or f"{number} Jörg O'Neil \\ \" 煎茶\n%s :x ?"


def known_word(column: Column[Any]) -> str | None:
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint):
            words = re.match(rf"{column.name} IN \('(\w+)'", str(constraint.sqltext))
            if words:
                return words[1]
    return None


def row(table: Table, number: int) -> dict[str, Any]:
    """Make a row; the last has nothing wherever nothing is allowed."""
    return {
        column.name: value(column, number)
        for column in table.columns
        if number < ROWS - 1 or not column.nullable
    }


def fill(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        for number in range(ROWS):
            connection.execute(table.insert(), row(table, number))


def everything(engine: Engine) -> dict[str, set[Any]]:
    with engine.connect() as connection:
        return {
            table.name: {tuple(one) for one in connection.execute(select(table))}
            for table in metadata.sorted_tables
        }


class Pair:
    """Two databases and the use case of the first."""

    def __init__(self, here: str, there: str) -> None:
        self.here, self.there = make_engine(with_driver(here)), make_engine(with_driver(there))
        self.there_url = with_driver(there)
        with self.here.connect() as connection:
            self.verb = CopyDatabase(Database(self.here), migration(connection))

    def copy(self) -> list[Sums]:
        return self.verb.copy(self.there_url, SILENT)

    def refuses(self) -> str:
        """Return the reason; nothing may have arrived."""
        before = everything(self.there)
        with pytest.raises(CopyRefused) as refused:
            self.copy()
        assert everything(self.there) == before
        return str(refused.value)


@pytest.fixture
def pair(databases: Databases, request: pytest.FixtureRequest, database_url: str) -> Iterator[Pair]:
    """From a database of each kind, all tables of it filled, to one of the kind asked for."""
    for there in databases.at_head(getattr(request, "param", "sqlite")):
        made = Pair(database_url, there)
        with made.here.begin() as connection:
            fill(connection)
        yield made
        made.here.dispose()
        made.there.dispose()


@pytest.mark.parametrize(
    ("database_kind", "pair"), [KINDS, tuple(reversed(KINDS))], indirect=["pair"]
)
def test_every_row_of_every_table_arrives(pair: Pair) -> None:
    try_sale(Database(pair.there), now=1)  # a doctor was there before, and left its trace

    sums = pair.copy()

    assert everything(pair.there) == everything(pair.here)
    assert all(len(rows) == ROWS for rows in everything(pair.there).values())
    twice, once = 2**61 + 2, 2**60 + 1
    assert sums == [Sums("eur", 2, *[twice] * 4), Sums("jpy", 1, *[once] * 4)]


@pytest.mark.parametrize(("database_kind", "pair"), [("sqlite", "postgresql")], indirect=["pair"])
def test_a_row_that_does_not_fit_is_told_by_its_table_and_nothing_arrives(pair: Pair) -> None:
    with pair.here.begin() as connection:
        connection.execute(orders.update().values(options="\0"))

    assert pair.refuses() == "Nothing was copied: a row of orders does not fit there (DataError)."


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_database_with_rows_is_left_as_it_is(pair: Pair) -> None:
    with pair.there.begin() as connection:
        connection.execute(text("INSERT INTO leases (name, owner, until) VALUES ('a', 'b', 1)"))

    assert "not empty: leases" in pair.refuses()


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("which", ["here", "there"])
def test_a_schema_that_is_not_at_head_is_refused(pair: Pair, which: str) -> None:
    with getattr(pair, which).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert "is at 0001, not at" in pair.refuses()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_database_without_tables_is_told_to_be_migrated(pair: Pair, tmp_path: Path) -> None:
    pair.there_url = f"sqlite:///{tmp_path / 'new.sqlite3'}"

    assert "the other database is at no revision" in pair.refuses()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_database_that_is_not_there_is_not_made(pair: Pair, tmp_path: Path) -> None:
    pair.there_url = f"sqlite:///{tmp_path / 'new.sqlite3'}"

    pair.refuses()

    assert not (tmp_path / "new.sqlite3").exists()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_database_is_not_copied_to_itself(pair: Pair) -> None:
    pair.there_url = pair.verb.database.engine.url.render_as_string(hide_password=False)

    assert "this very database" in pair.refuses()


def test_nobody_writes_while_it_is_copied(pair: Pair) -> None:
    forgotten_web = Database(pair.here)

    def sell(connection: Connection) -> None:
        connection.execute(text("DELETE FROM leases"))

    def meanwhile(table: str, _rows: int) -> None:
        if table == "orders":
            with pytest.raises(DatabaseUnavailable):
                forgotten_web.write_or_give_up(sell, seconds=0.2)

    pair.verb.copy(pair.there_url, meanwhile)

    assert everything(pair.there) == everything(pair.here)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_command_tells_each_table_and_the_money(pair: Pair) -> None:
    env = KEYS | {"DATABASE_URL": str(pair.here.url)}

    told = run(["flask", "--app", "wsgi", "db", "copy-to", pair.there_url], env=env)

    assert "orders: 3 rows\n" in told
    assert "EUR       2       23058430092136939.54 EUR" in told
    assert told.endswith("Point DATABASE_URL there.\n")
    with pair.there.connect() as connection:
        assert len(tables_with_rows(connection)) == len(metadata.sorted_tables)
