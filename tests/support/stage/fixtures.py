"""Fixtures: a stage in memory, and the same one on every kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import pytest
from sqlalchemy import Engine

from checkout_service.storage.database import make_engine
from tests.support.databases import Databases

from . import Stage
from .engines import MEMORY


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage on SQLite in memory: the fastest."""
    with Stage() as opened:
        yield opened


@pytest.fixture(scope="session")
def stage_engine(databases: Databases) -> Iterator[Callable[[str], Engine]]:
    """One engine for all stages on a kind of database: it knows its statements already."""
    with ExitStack() as lent:

        @cache
        def engine_on(kind: str) -> Engine:
            engine = make_engine(lent.enter_context(contextmanager(databases.at_head)(kind)))
            lent.callback(engine.dispose)
            return engine

        yield engine_on


@pytest.fixture
def stage_on(stage_kind: str, stage_engine: Callable[[str], Engine]) -> Iterator[Stage]:
    """A stage on SQLite in memory, on a SQLite file and on PostgreSQL, emptied before."""
    with Stage(MEMORY if stage_kind == MEMORY else stage_engine(stage_kind)) as opened:
        yield opened
