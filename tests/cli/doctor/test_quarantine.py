"""What nobody tries any more is named by doctor, with why, and the way to try it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from checkout_service import create_app
from checkout_service.settings import Settings
from checkout_service.storage import tables as t
from tests.cli.doctor.doctor_env import DoctorEnv
from tests.support.admin import add_event, add_order, add_write, database_of


@pytest.fixture
def app(doctor_env: DoctorEnv) -> Iterator[Flask]:
    made = create_app(Settings.load(**doctor_env.settings()))
    yield made
    rows = (t.money_writes, t.attempts, t.order_lines, t.inbox_events, t.transitions)
    database_of(made).write(lambda c: [c.execute(delete(table)) for table in (*rows, t.orders)])
    database_of(made).engine.dispose()


def test_an_empty_quarantine_is_well(doctor_env: DoctorEnv) -> None:
    assert doctor_env.examine().told("quarantine", "ok").strip() == "Nothing waits for a person."


def test_orders_of_other_keys_are_named_as_such(doctor_env: DoctorEnv, app: Flask) -> None:
    lost = [
        add_order(
            app, status="pending", amount_paid=0, quarantined_at=n, look_error="resource_missing"
        )
        for n in range(4)
    ]

    report = doctor_env.examine()

    assert report.problems == {"quarantine"}
    told = report.told("quarantine", "problem")
    assert told.startswith(f"4 orders ({lost[3]}, {lost[2]}, {lost[1]}, ...): unknown to Stripe")
    assert "keys of another account or mode" in told
    assert "Put back the keys" in told
    assert f"flask --app wsgi quarantine retry {lost[3]}" in told


def test_each_kind_and_reason_is_told_once(doctor_env: DoctorEnv, app: Flask) -> None:
    event = add_event(app, state="quarantined", last_error="KeyError")
    write = add_write(
        app, add_order(app), state="quarantined", next_at=None, last_error="stripe_unavailable"
    )

    told = doctor_env.examine().told("quarantine", "problem")

    assert f"1 event ({event}): checkout.session.completed: KeyError." in told
    assert f"1 write of money ({write}): refund: stripe_unavailable." in told
    assert told.count("quarantine retry") == 2
