"""What README and docs tell a reader to type works, and what they name exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from checkout_service import create_app
from checkout_service.settings import Settings
from tests.support.databases import KEYS
from tests.support.processes import ROOT, clean_environment
from tests.support.running_shop import MUG, POSTER, Shop
from tests.support.running_stack import KEY, until
from tests.support.service import API_KEY

API = (ROOT / "docs" / "backend" / "api.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "operations" / "settings.md").read_text("utf-8")
# What README shows, what docs/backend/api.md shows, and how the feed is read.
SHOWN = [ROOT / "README.md", *sorted((ROOT / "docs" / "backend").glob("*.md"))]
# Hosts and flask set these; nobody writes them into a file.
_NOT_OURS = {"DYNO", "FLASK_DEBUG"}


def shell_lines(text: str) -> list[str]:
    """Return the commands of a document's shell blocks, each as one line."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip()]


EXAMPLES = [line for path in SHOWN for line in shell_lines(path.read_text("utf-8"))]
CONSTANTS = [one for one in shell_lines(API) if not one.startswith("curl")]


@pytest.fixture(scope="module")
def ids(site_and_shop: tuple[str, Shop]) -> dict[str, str]:
    """Make what the placeholders stand for."""
    _, shop = site_and_shop
    opened, unpaid, paid = shop.open(), shop.open(), shop.open(POSTER)
    shop.pays(paid["id"])
    shop.flush()
    intent = shop.request("POST", "/api/v1/payment-intents", json=MUG).json()
    linked = shop.request("POST", "/api/v1/payment-links/donation/orders").json()
    told = _feed(shop)
    return {
        "SESSION": opened["id"],
        "OWN": shop.open(POSTER | {"ui_mode": "elements"})["id"],
        "INTENT": intent["id"],
        "REFERENCE": linked["client_reference_id"],
        "ORDER": paid["order"]["id"],
        "UNPAID": unpaid["order"]["id"],
        "AUTHORIZED": _paid(shop, capture="manual"),
        "UNWANTED": _paid(shop, capture="manual"),
        "MEMBERS": _paid(shop, session={"customer_creation": "always"}),
        "MESSAGE": told["data"][0]["id"],
        "CURSOR": told["next_cursor"],
    }


def _feed(shop: Shop) -> dict[str, Any]:
    """Read the feed once something is in it: a webhook that met a busy service comes again."""
    feed: dict[str, Any] = {}

    def is_told() -> bool:
        feed.update(shop.request("GET", "/api/v1/notifications", headers=KEY).json())
        return bool(feed["data"])

    until(is_told, what="the paid order is in the feed")
    return feed


def _paid(shop: Shop, **more: object) -> str:
    items = [{"name": "Table", "unit_amount": 5000, "currency": "usd", "quantity": 1}]
    made = shop.request("POST", "/api/v1/orders", json={"items": items} | more, headers=KEY).json()
    shop.pays(made["id"])
    shop.flush()
    return str(made["order"]["id"])


@pytest.mark.parametrize("line", [one for one in EXAMPLES if one.startswith("curl")])
def test_the_api_answers_to_every_line_that_is_shown(
    shop: Shop, ids: dict[str, str], curl: str, line: str
) -> None:
    script = "\n".join([*CONSTANTS, f"{line} -w '\\n%{{http_code}}'"])
    script = script.replace("http://127.0.0.1:8000", shop.service.url)
    script = script.replace("development-api-key", API_KEY)

    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=clean_environment(ids),
        timeout=60,
    )

    body, _, status = done.stdout.rpartition("\n")
    assert status in ("200", "201", "202"), body
    assert body.startswith("{")


def test_every_route_is_shown(shop: Shop) -> None:
    paths = shop.request("GET", "/api/v1/openapi.json").json()["paths"]
    shown = " ".join(EXAMPLES)

    for path in paths:
        plain = re.escape(path.removeprefix("/api/v1")).replace(r"\{link\}", "donation")
        wanted = re.sub(r"\\{\w+\\}", r"\\$[A-Z]+", plain)
        assert re.search(rf"\$SHOP{wanted}(?=[\s\"?]|$)", shown), path


def settings() -> set[str]:
    return {name.upper() for name in Settings.model_fields} - _NOT_OURS


def test_the_settings_of_the_table_are_the_settings_there_are() -> None:
    named = {
        name
        for row in SETTINGS.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])
    }

    assert named == settings()


def test_the_settings_of_the_example_file_are_the_settings_there_are() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")

    assert set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)) == settings()


DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path.parent.name != "adr"),
]
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}"
)


@pytest.fixture(scope="module")
def commands() -> dict[str, click.Command]:
    """Return what `flask --app wsgi` knows."""
    app = create_app(Settings.load(**{name.lower(): value for name, value in KEYS.items()}))
    context = click.Context(app.cli)
    found = {name: app.cli.get_command(context, name) for name in app.cli.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


@each_document
def test_every_command_that_a_document_names_exists(
    commands: dict[str, click.Command], document: Path
) -> None:
    text = document.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    for target in re.findall(r"(?:`|\n)make ([a-z-]+)", text):
        assert target in targets, target
    for told in re.findall(r"flask --app wsgi ([^`\n\"#]+)", text):
        name, *words = told.split()
        if name == "...":
            continue
        command = commands[name]
        if isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        options = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("-")} <= options, told
