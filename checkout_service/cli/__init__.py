"""The command line: parse, call one use case, print. Tables for people, `--json` for machines.

Exit codes: 0 done, 1 refused, 2 wrong input, 74 the answer could not be written (EX_IOERR), 75 try
again later (EX_TEMPFAIL).
"""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

_MODULE_OF = {
    "admin": "admin",
    "catalog": "catalog",
    "deliver": "worker",
    "doctor": "doctor",
    "erase": "erase",
    "events": "events",
    "messages": "messages",
    "orders": "orders",
    "quarantine": "quarantine",
    "simulate": "simulate",
    "sweep": "worker",
    "worker": "worker",
}
_MIGRATIONS = "db"


class Commands(AppGroup):
    """The commands beside `flask db`, each loaded when it is asked for: the web never asks."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_MODULE_OF, _MIGRATIONS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == _MIGRATIONS:
            return _migrations()
        module = _MODULE_OF.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), cmd_name)
        return command


def register_cli(app: Flask) -> None:
    """Put the commands beside `flask db`."""
    app.cli = Commands(app.cli.name, app.cli.commands)
    if click.get_current_context(silent=True) is not None:
        _migrations()  # `flask` finds `db` by itself, and runs it as it is then


def _migrations() -> click.Command:
    from .copy_database import migrations  # noqa: PLC0415 - what loads it loads all of Alembic

    return migrations()
