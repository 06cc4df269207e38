"""Commands without a database end with one sentence that says why, and never with a trace."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from checkout_service import create_app
from checkout_service.flask_db import db
from checkout_service.settings import Settings, SettingsError
from checkout_service.storage.outage import reason_of
from tests.support.databases import KEYS, Databases

PLACE = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '


def said(url: str, *command: str) -> tuple[int, str]:
    """Run a command on the database at the URL; return its code and its last line on stderr."""
    values = {name.lower(): value for name, value in KEYS.items()}
    app = create_app(Settings.load(**values | {"database_url": url}))
    ended = app.test_cli_runner().invoke(args=list(command))
    with app.app_context():
        db.engine.dispose()
    assert ended.exception is None or isinstance(ended.exception, SystemExit)
    return ended.exit_code, ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", [("db", "upgrade"), ("db", "current"), ("orders", "list")])
def test_a_server_that_is_away_is_told_in_a_sentence(command: tuple[str, ...]) -> None:
    code, line = said("postgresql://u:canary@127.0.0.1:1/x", *command)

    assert code == 75
    assert line == "Error: The database does not answer right now: Connection refused."


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_the_server_says_is_told(database_url: str) -> None:
    url = make_url(database_url)
    missing = url.set(database="nowhere").render_as_string(hide_password=False)
    bare = url.update_query_dict({"sslmode": "require"}).render_as_string(hide_password=False)

    assert said(missing, "db", "upgrade")[1].endswith(': database "nowhere" does not exist.')
    assert said(bare, "db", "current")[0] == 75


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_user_who_may_not_make_tables_is_told(databases: Databases, database_kind: str) -> None:
    for lent in databases.empty(database_kind):
        url = make_url(lent).update_query_dict({"options": "-crole=pg_monitor"})  # may only look
        code, line = said(url.render_as_string(hide_password=False), "db", "upgrade")

        assert code == 75
        assert line.endswith("gives no permission right now: permission denied for schema public.")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.sqlite3").mkdir()
    (tmp_path / "file").touch()

    code, line = said(f"sqlite:///{tmp_path}/folder.sqlite3", "db", "upgrade")
    with pytest.raises(SettingsError) as refused:
        said(f"sqlite:///{tmp_path}/file/x.sqlite3", "db", "upgrade")

    assert code == 75
    assert line.endswith("cannot use its disk right now: unable to open database file.")
    assert "DATABASE_URL: its folder cannot be made" in str(refused.value)


@pytest.mark.parametrize(
    ("whole", "told"),
    [
        (PLACE + 'FATAL:  password authentication failed for user "x"\n',
         'password authentication failed for user "x"'),
        (PLACE + "server does not support SSL, but SSL was required",
         "server does not support SSL"),
        (PLACE + "Connection refused\n\tIs the server running?", "Connection refused"),
        ('could not translate host name "canary@db" to address', "could not translate host name"),
        ('something of "canary"', ""),
    ],
)  # fmt: skip
def test_of_what_the_library_says_the_reason_alone_is_told(whole: str, told: str) -> None:
    assert reason_of(OperationalError(None, None, psycopg.OperationalError(whole))) == told


def test_a_statement_that_fails_tells_no_reason() -> None:
    assert reason_of(OperationalError("x", None, sqlite3.OperationalError("near canary"))) == ""
