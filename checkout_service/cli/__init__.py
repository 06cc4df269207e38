"""The command line: parse, call one use case, print. Tables for people, `--json` for machines.

Exit codes: 0 done, 1 refused, 2 wrong input, 74 the answer could not be written (EX_IOERR), 75 try
again later (EX_TEMPFAIL).
"""

from __future__ import annotations

from flask import Flask

from .admin import admin
from .catalog import catalog
from .copy_database import add_to_migrations
from .doctor import doctor
from .erase import erase
from .events import events
from .messages import messages
from .orders import orders
from .quarantine import quarantine
from .simulate import simulate
from .worker import deliver, sweep, worker

_COMMANDS = (
    admin, catalog, deliver, doctor, erase, events, messages, orders, quarantine, simulate, sweep,
    worker,
)  # fmt: skip


def register_cli(app: Flask) -> None:
    """Put the commands beside `flask db`."""
    add_to_migrations()
    for command in _COMMANDS:
        app.cli.add_command(command)
