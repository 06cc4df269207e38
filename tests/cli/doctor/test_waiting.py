"""What waits for a person is named by doctor, and all faults in a line each for cron."""

from __future__ import annotations

from checkout_service import create_app
from checkout_service.settings import Settings
from checkout_service.storage import tables as t
from tests.cli.doctor.doctor_env import DoctorEnv
from tests.support.admin import add_message, add_money_back, add_order, database_of


def test_held_orders_disputes_and_dead_notifications_are_told_to_cron(
    doctor_env: DoctorEnv,
) -> None:
    app = create_app(Settings.load(**doctor_env.settings()))
    assert "No order is held" in doctor_env.examine().told("waiting", "ok")
    order = add_order(app, holds="amount_mismatch", has_more=True)
    add_money_back(app, order, "dispute")
    add_message(app, order)
    add_message(app, order)

    lines = doctor_env.run("doctor", "--brief").stdout.splitlines()

    told = [line for line in lines if line.startswith("warning: waiting: ")]
    assert [line.split(": ")[2].split(".")[0] for line in told] == [
        "1 order is held",
        "1 dispute waits for an answer",
        "2 notifications were given up",
    ]
    assert all(line.startswith(("warning: ", "problem: ")) for line in lines)
    rows = (t.outbox_messages, t.disputes, t.holds, t.attempts, t.order_lines, t.transitions)
    emptied = (*rows, t.orders)
    database_of(app).write(lambda c: [c.execute(table.delete()) for table in emptied])
    database_of(app).engine.dispose()
