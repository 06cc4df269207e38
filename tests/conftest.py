"""What every floor's tests may ask for: databases, a Stripe, the service, a browser."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from types import ModuleType

import pytest
from hypothesis import settings as hypothesis

from tests.support.databases import KINDS, Databases, folder_in_memory
from tests.support.templates import compile_once

pytest_plugins = ["tests.support.browser", "tests.support.stack", "tests.support.stage.fixtures"]


# An example may take its time where others have the CPU too: what it says counts.
hypothesis.register_profile("patient", deadline=None)
hypothesis.load_profile("patient")
compile_once()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run only on this kind of database")
    parser.addoption("--full", action="store_true", help="run the drills at full length")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is `long` to `make drill` and `make clients`."""
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever touches a database once on each kind, unless the test itself names kinds.

    What is long names the kind that its short version runs on, a module or a folder: SHORT_ON.
    """
    named = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "database_kind" in metafunc.fixturenames and not any("database_kind" in n for n in named):
        only = metafunc.config.getoption("--database")
        if not only and not metafunc.config.getoption("--full"):
            only = _short_on(metafunc.module)
        metafunc.parametrize("database_kind", [only] if only else KINDS, scope="session")
    if "stage_kind" in metafunc.fixturenames and "stage_kind" not in named:
        only = metafunc.config.getoption("--database")
        # In memory a file's SQLite is told already: the file itself only at full length.
        kinds = ["memory", *KINDS] if metafunc.config.getoption("--full") else ["memory", KINDS[1]]
        metafunc.parametrize("stage_kind", [only] if only else kinds, scope="session")


def _short_on(module: ModuleType) -> str | None:
    name = module.__name__
    while name:
        only: str | None = getattr(sys.modules.get(name), "SHORT_ON", None)
        if only:
            return only
        name = name.rpartition(".")[0]
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a report travel between processes whatever a test has logged, lone surrogates too."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode())
        for title, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether a drill runs at full length (`make drill`) or as its short version."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, full: bool) -> Iterator[Databases]:
    """Keep SQLite's files in memory where the machine lets us: a test does not cut the power.

    Drills at full length write to the disk, as a shop does.
    """
    folder = tmp_path_factory.mktemp("databases") if full else None
    with folder_in_memory() as quick:
        made = Databases(folder or quick)
        yield made
        made.stop()


@pytest.fixture
def database_url(databases: Databases, database_kind: str) -> Iterator[str]:
    """A database at head, without rows, of this test alone."""
    yield from databases.at_head(database_kind)


@pytest.fixture
def empty_database_url(databases: Databases, database_kind: str) -> Iterator[str]:
    """A database without any table, of this test alone."""
    yield from databases.empty(database_kind)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Stand in for the browser plugin's own, which this pytest deprecates."""
