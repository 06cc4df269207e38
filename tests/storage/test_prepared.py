"""Statements handed to the driver fail as all others do: named, and with the pool told."""

from __future__ import annotations

import os
import select as waiting
import socket
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, column, literal_column, select, text
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


def number_of(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    number: int = driver.fileno()
    return number


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


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_statements_that_the_database_forgot_are_prepared_anew(database: Database) -> None:
    with database.read() as connection:
        for turn in range(2):
            ECHO.rows(connection, {"b": "x"})
            PROCESS.rows(connection, {})
            connection.execute(text("DEALLOCATE ALL"))
            new = Prepared({"postgresql": text(f"SELECT {turn}")})
            for statement in (new, ECHO, PROCESS, new):
                assert statement.rows(connection, {"b": "y"})


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_statement_in_a_transaction_is_rolled_back_with_it(database: Database) -> None:
    count = Prepared({"postgresql": text("SELECT count(*) FROM kept")})
    keep = Prepared({"postgresql": text("INSERT INTO kept VALUES (1) RETURNING n")}, writes=True)
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (n integer)"))
    with database.engine.connect() as connection, connection.begin() as transaction:
        keep.rows(connection, {})
        transaction.rollback()

    with database.read() as connection:
        assert count.rows(connection, {})[0][0] == 0
        keep.rows(connection, {})
        assert count.rows(connection, {})[0][0] == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_transaction_after_a_rollback_finds_its_statements(database: Database) -> None:
    with database.read() as connection:
        ECHO.rows(connection, {"b": "x"})
    with database.engine.connect() as connection, connection.begin() as transaction:
        for _ in range(9):  # so often that the driver prepares it
            connection.exec_driver_sql("SELECT 1")
        transaction.rollback()  # then it lets the database forget all that was prepared

    with database.engine.begin() as connection:
        assert ECHO.rows(connection, {"b": "y"})[0].b == "y"
    with database.read() as connection:
        assert ECHO.rows(connection, {"b": "z"})[0].b == "z"


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_column_of_another_type_is_read_as_it_is_now(database: Database) -> None:
    kept = Prepared({"postgresql": text("SELECT n FROM kept")})
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT 7 AS n"))
    with database.read() as connection:
        assert kept.rows(connection, {})[0][0] == 7
        connection.execute(text("ALTER TABLE kept ALTER n TYPE text"))

        assert kept.rows(connection, {})[0][0] == "7"
        assert kept.rows(connection, {})[0][0] == "7"


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_connection_that_cannot_be_written_to_is_given_up_at_once(database: Database) -> None:
    """Where something came before its end, the library still calls the connection well."""
    with database.read() as connection:
        connection.execute(text("LISTEN anything"))
        number = number_of(connection)
        process = PROCESS.rows(connection, {})[0][0]
    with make_engine(database.engine.url.render_as_string(hide_password=False)).begin() as other:
        other.execute(text("NOTIFY anything"))
    assert waiting.select([number], [], [], 30)[0]
    with socket.socket(fileno=os.dup(number)) as way:
        way.shutdown(socket.SHUT_WR)

    with pytest.raises(DatabaseUnavailable), database.read() as connection:
        PROCESS.rows(connection, {})
    with database.read() as connection:
        assert PROCESS.rows(connection, {})[0][0] != process
