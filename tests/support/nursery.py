"""Start modules as `python -m` does, in children of a process that has imported them already.

Importing is most of what a start costs. Nothing is configured here: a child reads its settings and
builds the product by itself. Whoever asks does so over standard input, which is a socket.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
from importlib import import_module
from typing import Any

# Not prometheus_client, nor what imports it: which files it counts in is decided at its import.
_THEIRS = (
    "AntiSSRF", "alembic.command", "apiflask", "apscheduler.schedulers.background",
    "babel.dates", "babel.numbers", "flask.cli", "flask_migrate.cli", "flask_sqlalchemy",
    "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "jinja2.ext", "limits", "psycopg",
    "pydantic_settings", "requests", "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite", "stripe._stripe_client", "stripe._v1_services",
)  # fmt: skip
_OURS = (
    "checkout_service.app", "checkout_service.server.worker", "checkout_service.web.admin",
    "stripe_sandbox.app",
)  # fmt: skip
MOST = 65_536  # bytes of what is asked
_FILES = 3  # what comes with it: two logs, and where its pid and its end are told


def main() -> None:
    """Answer until nobody is there to ask; a child returns from here when it has done its work."""
    for name in _THEIRS + _OURS:
        import_module(name)
    gc.collect()
    gc.freeze()
    asked = socket.socket(fileno=0)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    told: dict[int, int] = {}
    watched: list[socket.socket | int] = [asked, woken]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if woken in ready:
            os.read(woken, 4096)
            _bury(told)
        if asked in ready:
            wanted, files, _, _ = socket.recv_fds(asked, MOST, _FILES)
            if not wanted:
                sys.exit(0)
            child = os.fork()
            if not child:
                asked.detach()
                return _become(json.loads(wanted), *files)
            *logs, tell = files
            for log in logs:
                os.close(log)
            told[child] = tell


def _bury(told: dict[int, int]) -> None:
    """Tell of those that ended how they did."""
    for child in list(told):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            tell = told.pop(child)
            os.write(tell, f" {os.waitstatus_to_exitcode(status)}\n".encode())
            os.close(tell)


def _become(wanted: dict[str, Any], out: int, err: int, tell: int) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.write(tell, f"{os.getpid()}\n".encode())
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(ours, theirs)
    os.closerange(3, 1024)
    os.environ.clear()
    os.environ.update(wanted["env"])
    module, *words = wanted["command"]
    sys.argv[:] = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
