"""`flask doctor` as the merchant starts it: a real process, its exit code, and refused starts."""

from __future__ import annotations

import json
import subprocess

from tests.cli.doctor.doctor_env import DoctorEnv
from tests.support.databases import KEYS
from tests.support.processes import ended


def doctor(*options: str, **env: str) -> subprocess.CompletedProcess[str]:
    return ended(["flask", "--app", "wsgi", "doctor", *options], env=KEYS | env)


def test_a_healthy_shop_exits_zero_with_nothing_but_json_on_stdout(doctor_env: DoctorEnv) -> None:
    done = doctor(
        "--json",
        DATABASE_URL=doctor_env.database_url,
        STRIPE_API_BASE=doctor_env.sandbox.url,
        STRIPE_WEBHOOK_SECRET=doctor_env.secret,
        PUBLIC_BASE_URL=doctor_env.url,
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["ok"] is True
    assert {check["check"] for check in said["checks"] if check["state"] == "warning"} == {
        "notifications"
    }


def test_what_stops_the_start_is_told_in_one_message_with_its_mend() -> None:
    done = doctor(
        STRIPE_SECRET_KEY="sk_live_abcdefghijkl",
        STRIPE_PUBLISHABLE_KEY="pk_test_abcdefghijkl",
        STRIPE_WEBHOOK_SECRET="",
        STRIPE_API_BASE="",
        PUBLIC_BASE_URL="http://shop.example",
        ALLOWED_ORIGINS="https://shop.example/cart",
        NOTIFY_URL="http://backend.example/",
        NOTIFY_SECRET="whsec_short",
        DATABASE_URL="sqlite:///instance/shop.sqlite3",
        DYNO="web.1",
    )

    assert done.returncode == 1
    assert done.stdout == ""
    for line in (
        "STRIPE_PUBLISHABLE_KEY: is of another mode (test, live) than STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET: is missing",
        "PUBLIC_BASE_URL: must be https://",
        "ALLOWED_ORIGINS: must be an origin alone, without a path",
        "NOTIFY_URL: must be https://",
        "NOTIFY_SECRET: must be whsec_",
        "DATABASE_URL: SQLite on this host's ephemeral disk",
    ):
        assert line in done.stderr
    assert "abcdefghijkl" not in done.stderr


def test_a_terminal_without_unicode_gets_plain_marks(doctor_env: DoctorEnv) -> None:
    done = doctor(
        DATABASE_URL=doctor_env.database_url,
        STRIPE_API_BASE=doctor_env.sandbox.url,
        PUBLIC_BASE_URL=doctor_env.url,
        PYTHONIOENCODING="latin-1",
    )

    assert "+ ok       key " in done.stdout
    assert "x problem  webhook secret" in done.stdout
    assert done.returncode == 1
