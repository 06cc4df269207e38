"""The database as the use cases know it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checkout_service.storage.database import Database, make_engine


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    engine = make_engine(database_url)
    yield Database(engine)
    engine.dispose()
