"""Fixtures: a stage in memory, and the same one on every kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import Databases

from . import Stage
from .engines import MEMORY


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A stage on SQLite in memory: the fastest."""
    with Stage() as opened:
        yield opened


@pytest.fixture
def stage_on(stage_kind: str, databases: Databases) -> Iterator[Stage]:
    """A stage on SQLite in memory, on a SQLite file and on PostgreSQL."""
    if stage_kind == MEMORY:
        with Stage() as opened:
            yield opened
        return
    for url in databases.at_head(stage_kind):
        with Stage(url) as opened:
            yield opened
