"""Money that is held and about to be let go is named by doctor, with what to do."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from checkout_service import create_app
from checkout_service.domain.clock import HOUR, SystemClock
from checkout_service.settings import Settings
from checkout_service.storage import tables as t
from tests.cli.doctor.doctor_env import DoctorEnv
from tests.support.admin import add_order, database_of


def test_an_authorisation_that_ends_within_a_day_is_named(doctor_env: DoctorEnv) -> None:
    assert "No authorisation" in doctor_env.examine().told("authorisations", "ok")
    app = create_app(Settings.load(**doctor_env.settings()))
    soon = add_order(app, status="processing", amount_paid=0, capture="manual")
    later = add_order(app, status="processing", amount_paid=0, capture="manual")
    _held(app, soon, hours=23)
    _held(app, later, hours=25)

    told = doctor_env.examine().told("authorisations", "warning")

    assert f"orders capture {soon}" in told
    assert later not in told
    emptied = (t.attempts, t.order_lines, t.transitions, t.orders)
    database_of(app).write(lambda c: [c.execute(table.delete()) for table in emptied])
    database_of(app).engine.dispose()


def _held(app: Flask, order_id: str, *, hours: int) -> None:
    until = SystemClock().now() + hours * HOUR
    change = update(t.attempts).where(t.attempts.c.order_id == order_id)
    held = change.values(state="processing", authorized_until=until, amount_authorized=2500)
    database_of(app).write(lambda c: c.execute(held))
