"""What hosts read (Procfile, app.json) and what we tell of them agree with the product."""

from __future__ import annotations

import json
import re

from dotenv import dotenv_values

from checkout_service.settings import Settings
from tests.support.databases import UNPUBLISHED
from tests.support.processes import ROOT

HOSTS = (ROOT / "docs" / "operations" / "hosts.md").read_text("utf-8")
APP = json.loads((ROOT / "app.json").read_text("utf-8"))
PROCESSES = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text("utf-8").splitlines() if line
)


def test_the_procfile_has_the_three_processes_that_hosts_are_told_of() -> None:
    assert set(PROCESSES) == {"release", "web", "worker"}
    for name, command in PROCESSES.items():
        assert f"`{name}`" in HOSTS
        assert command in HOSTS
    assert set(APP["formation"]) <= set(PROCESSES)


def test_the_app_asks_for_settings_that_there_are() -> None:
    known = {name.upper() for name in Settings.model_fields}

    assert set(APP["env"]) <= known
    assert {name for name, asked in APP["env"].items() if asked.get("required") is True} == {
        "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "PUBLIC_BASE_URL",
    }  # fmt: skip


def test_a_service_starts_on_what_the_app_asks_for() -> None:
    given = {name.lower(): asked["value"] for name, asked in APP["env"].items() if "value" in asked}
    entered = {
        "stripe_secret_key": "sk_live_x",
        "stripe_publishable_key": "pk_live_x",
        "public_base_url": "https://shop.example",
        "secret_key": UNPUBLISHED["secret_key"],
        "database_url": "postgres://user:word@host/name",
        "dyno": "web.1",
    }

    settings = Settings.load(**(given | entered))

    assert settings.stripe_webhook_secret == ("whsec_later",)  # until `doctor --fix` has made one
    assert (settings.trusted_proxy_hops, settings.web_concurrency) == (1, 1)


def test_settings_that_hosts_are_told_to_set_exist() -> None:
    told = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=\S+)?`", HOSTS))
    theirs = {"GUNICORN_CMD_ARGS", "KV_URL", "POSTGRES_PASSWORD"}

    assert told - theirs <= set(dotenv_values(ROOT / ".env.example"))
