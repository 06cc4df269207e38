"""One shop in pull mode for all pages of the links: no webhook ever helps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.databases import Databases
from tests.support.link_shop import PULL, LinkShop, running_link_shop


@pytest.fixture(scope="module")
def shop(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LinkShop]:
    folder = tmp_path_factory.mktemp("links")
    slow_sweep = {"SWEEP_INTERVAL_SECONDS": "60"}  # the pages must do without it
    with (
        contextmanager(databases.at_head)(database_kind) as database_url,
        running_link_shop(folder, database_url, **PULL, **slow_sweep) as running,
    ):
        yield running
