"""Statements handed to the driver fail as all others do: named, and with the pool told."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, column, literal_column, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage.database import Database, make_engine
from checkout_service.storage.prepared import Prepared

BOTH = ("sqlite", "postgresql")
ECHO = Prepared(
    dict.fromkeys(BOTH, select(literal_column("7").label("seven"), bindparam("b", "").label("b")))
)
NO_SUCH_TABLE = Prepared(
    dict.fromkeys(BOTH, select(column("nothing")).select_from(text("nowhere")))
)
PROCESS = Prepared({"postgresql": text("SELECT pg_backend_pid()")})
END = text("SELECT pg_terminate_backend(:process)")


def test_rows_are_read_by_the_names_of_their_columns(database: Database) -> None:
    with database.read() as connection:
        (row,) = ECHO.rows(connection, {"b": "100%"})
    assert (row.seven, row.b) == (7, "100%")


def test_a_wrong_statement_is_named_as_sqlalchemy_names_it(database: Database) -> None:
    wrong = OperationalError if database.is_sqlite else ProgrammingError
    with pytest.raises(wrong) as caught, database.engine.connect() as connection:
        NO_SUCH_TABLE.rows(connection, {})
    assert caught.value.orig is not None


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_connections_that_died_cost_one_failure_and_not_one_each(database: Database) -> None:
    with database.read() as one, database.read() as other:
        processes = [PROCESS.rows(each, {})[0][0] for each in (one, other)]
    outsider = make_engine(database.engine.url.render_as_string(hide_password=False))
    with outsider.connect() as connection:
        for process in processes:
            connection.execute(END, {"process": process})
    outsider.dispose()
    with pytest.raises(DatabaseUnavailable), database.read() as connection:
        PROCESS.rows(connection, {})
    with database.read() as connection:
        assert PROCESS.rows(connection, {})[0][0] not in processes
