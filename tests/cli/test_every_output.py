"""Every command that answers does so in any encoding, and says so when its answer has no room."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask.cli import ScriptInfo

from checkout_service.storage.tables import order_lines
from tests.cli.on_stage import Admin, admin_on
from tests.support.stage import Stage

CANNOT_WRITE = 74
# What each is told; {order}, {event} and {message} are there.
ANSWERS = (
    "admin list",
    "catalog",
    "deliver --once",
    "erase --older-than 900",
    "events list",
    "events replay {event}",
    "events show {event}",
    "messages enable",
    "messages list",
    "messages replay {message}",
    "messages show {message}",
    "orders explain {order}",
    "orders list",
    "orders show {order}",
    "quarantine list",
    "sweep --once",
)
# Told elsewhere, or the words of others: what acts once, asks a person, or is Alembic's.
ELSEWHERE = {
    "admin add", "admin remove", "admin totp", "admin unlock", "doctor", "orders cancel",
    "orders capture", "orders refund", "orders release", "orders void", "quarantine retry",
    "simulate", "worker",
}  # fmt: skip


@pytest.fixture
def admin(stage: Stage, tmp_path: Path) -> Admin:
    return admin_on(stage, tmp_path)


@pytest.fixture
def places(admin: Admin) -> dict[str, str]:
    """Sell one thing whose name few encodings can write; name the order and what came of it."""
    bought = admin.stage.buys()
    admin.stage.pays(bought)
    event = admin.stage.delivers("checkout.session.completed")[0]["id"]
    admin.stage.parts.database.write(
        lambda c: c.execute(order_lines.update().values(name="Sencha 煎茶, für Kenner"))
    )
    message = admin.json("messages", "list")["data"][0]["id"]
    return {"order": bought.order, "event": event, "message": message}


def of_group(group: click.Group, before: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from of_group(command, f"{before}{name} ")
        else:
            yield before + name


def test_every_command_is_on_one_of_the_lists(admin: Admin) -> None:
    ours = {name for name in of_group(admin.app.cli) if not name.startswith("db ")}
    listed = {name for name in ours if any(f"{said} ".startswith(f"{name} ") for said in ANSWERS)}
    assert ours - listed == ELSEWHERE


@pytest.mark.parametrize("charset", ["ascii", "latin-1"])
def test_every_answer_is_written_in_any_encoding(
    admin: Admin, places: dict[str, str], charset: str
) -> None:
    for said in ANSWERS:
        command = said.format(**places).split()
        done = admin.app.test_cli_runner(charset=charset).invoke(args=command)
        assert (said, done.exit_code, done.exception) == (said, 0, None)


def test_every_answer_without_room_is_one_sentence(
    admin: Admin, places: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for said in ANSWERS:
        with Path("/dev/full").open("wb") as full, monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", io.TextIOWrapper(full, write_through=True))
            told = io.StringIO()
            patched.setattr(sys, "stderr", told)
            command, own = said.format(**places).split(), ScriptInfo(create_app=lambda: admin.app)
            code = admin.app.cli.main(command, standalone_mode=False, obj=own)
        assert (said, code) == (said, CANNOT_WRITE)
        assert "The answer could not be written: No space left on device." in told.getvalue()
