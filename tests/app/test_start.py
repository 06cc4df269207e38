"""Starting: one message when it must not, and nothing loaded that is not used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import KEYS
from tests.support.processes import ROOT, clean_environment, ended

COMMANDS = {
    "flask": ["flask", "--app", "wsgi", "db", "current"],
    "gunicorn": ["gunicorn", "--bind", "127.0.0.1:0", "wsgi:app"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_bad_settings_stop_the_start_with_one_message(name: str, tmp_path: Path) -> None:
    env = KEYS | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "STRIPE_WEBHOOK_SECRET": "whsec_",
        "POLL_RATE_LIMIT": "canary",
    }

    done = ended(COMMANDS[name], env=env)

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert said.count("The service cannot start.") == 1
    assert "STRIPE_WEBHOOK_SECRET: " in said
    assert "POLL_RATE_LIMIT: " in said
    assert "Traceback" not in said
    assert "canary" not in said


def test_a_bad_catalog_stops_the_start_with_its_own_message(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text('[[products]]\nid = "p"\n')
    env = KEYS | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "CATALOG_FILE": str(catalog),
    }

    done = ended(COMMANDS["flask"], env=env)

    assert done.returncode != 0
    assert "p.name" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_switched_on_is_not_loaded(tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text(
        "import sys; sys.path.insert(0, '.'); import wsgi\n"
        "print(sorted({'sentry_sdk', 'prometheus_client', 'redis'} & sys.modules.keys()))\n"
    )
    env = KEYS | {"DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}

    done = subprocess.run(
        [sys.executable, str(script)],
        env=clean_environment(env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_error_reports_leave_without_secrets(tmp_path: Path) -> None:
    script = tmp_path / "report.py"
    script.write_text(
        "import sys; sys.path.insert(0, '.')\n"
        "import wsgi, sentry_sdk\n"
        "kept = []\n"
        "client = sentry_sdk.get_client()\n"
        "client.transport.capture_envelope = kept.append\n"
        "try:\n"
        "    raise ValueError('sk_live_canary buyer.canary@mail.example')\n"
        "except ValueError as error:\n"
        "    sentry_sdk.capture_exception(error)\n"
        "text = b''.join(envelope.serialize() for envelope in kept).decode()\n"
        "print('sent' if 'ValueError' in text else 'silent')\n"
        "print([word for word in ('yranac_evil', 'yranac.reyub') if word[::-1] in text])\n"
    )
    env = KEYS | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "SENTRY_DSN": "http://public@127.0.0.1:9/1",
    }

    done = subprocess.run(
        [sys.executable, str(script)],
        env=clean_environment(env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.splitlines()[-2:] == ["sent", "[]"]
