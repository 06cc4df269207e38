"""Signs of life, on both databases: true over an empty shop, a quiet one and a flooded one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from checkout_service.domain.clock import HOUR, MINUTE, SystemClock
from checkout_service.domain.views.metrics import Metrics
from checkout_service.flask_db import db
from checkout_service.storage import bookmarks, metrics
from checkout_service.use_cases import UseCases
from tests.support.admin import add_event, add_message, add_order, admin_app, database_of


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    with made.app_context():
        db.engine.dispose()


def signs(app: Flask) -> Metrics:
    uc: UseCases = app.extensions["checkout_service"]
    return uc.admin.metrics.read()


def test_an_empty_shop_has_no_ages_and_no_piles(app: Flask) -> None:
    empty = signs(app)

    assert (empty.newest_order_age, empty.newest_event_age, empty.sweep_age) == (None,) * 3
    assert (empty.recent_orders, empty.held_orders, empty.stuck_events) == ({}, {}, {})
    assert (empty.outbox, empty.outbox_oldest_age) == ({"due": 0, "dead": 0}, 0)
    assert (empty.receiver, empty.webhook_lag) == ("none", None)


def test_what_lies_about_is_counted_and_aged(app: Flask) -> None:
    now = SystemClock().now()
    add_order(app)
    add_order(app, status="pending", amount_paid=0, look_due_at=now - 10 * MINUTE)
    add_order(app, status="pending", amount_paid=0, look_due_at=now - MINUTE)
    add_order(app, created_at=now - 2 * HOUR)  # too old to be recent
    held = add_order(app, holds="duplicate_payment", created_at=now - 30 * MINUTE)
    add_event(app, held)
    add_event(app, state="quarantined", received_at=now - 3 * HOUR, created=now - 3 * HOUR)
    add_event(app, source="sweep")
    add_message(app, held)
    add_message(app, held, state="due", created_at=now - 20 * MINUTE)
    add_message(app, held, state="due")
    database_of(app).write(lambda c: bookmarks.move_to(c, "swept", now - 90_000))

    found = signs(app)

    assert found.recent_orders == {"paid": 2, "pending": 2}
    assert found.held_orders == {"duplicate_payment": 1}
    assert found.overdue_looks == 1
    assert found.recent_events == {("webhook", "applied"): 1, ("sweep", "applied"): 1}
    assert found.stuck_events == {"quarantined": 1}
    assert found.outbox == {"due": 2, "dead": 1}
    assert found.outbox_oldest_age == pytest.approx(1200, abs=60)
    assert found.sweep_age == pytest.approx(90, abs=60)
    assert found.webhook_lag is not None
    assert found.newest_paid_order_age is not None


def test_a_flood_is_counted_up_to_its_cap(app: Flask) -> None:
    for _ in range(5):
        add_order(app, holds="duplicate_payment", look_due_at=1)

    with database_of(app).read() as connection:
        assert metrics.recent_orders(connection, since=0, most=3) == {"paid": 3}
        assert metrics.held_orders(connection, most=3) == {"duplicate_payment": 3}
        assert metrics.overdue_looks(connection, before=2, most=3) == 3
