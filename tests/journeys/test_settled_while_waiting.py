"""Two doors settle one order at once: who waited for the other must see all that it wrote."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from checkout_service.storage.database import make_engine
from checkout_service.storage.ledger.read import Loaded, load_ledger
from tests.support.running_shop import Shop

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], scope="session")
_LONG_ENOUGH_TO_WAIT = 0.5


def test_a_ledger_read_after_a_wait_is_all_of_one_moment(shop: Shop) -> None:
    order = shop.open()["order"]["id"]
    address = shop.service.env["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    engine = make_engine(address)

    def load() -> Loaded | None:
        with engine.begin() as connection:
            return load_ledger(connection, order)

    with ThreadPoolExecutor(1) as other:
        with engine.begin() as first:
            load_ledger(first, order)
            waiting = other.submit(load)
            time.sleep(_LONG_ENOUGH_TO_WAIT)
            first.execute(text("UPDATE orders SET status='paid' WHERE id=:id"), {"id": order})
            first.execute(text("UPDATE attempts SET won=true WHERE order_id=:id"), {"id": order})
        loaded = waiting.result(timeout=60)

    engine.dispose()
    assert loaded is not None
    assert (loaded.ledger.status, loaded.ledger.winner is not None) == ("paid", True)
