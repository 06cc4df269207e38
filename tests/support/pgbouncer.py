"""A PgBouncer as a distribution ships it, in front of a test's database: transactions are pooled.

Nothing is configured but where the database is, who may come in, and the pooling mode.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.process_group import ProcessGroup

_NOBODY = 65534
_NAME = os.environ.get("PGBOUNCER", "pgbouncer")
PROGRAM = shutil.which(_NAME) or shutil.which(_NAME, path="/usr/sbin:/usr/local/sbin")
WHY_NOT = "PgBouncer is not here. Debian: apt-get install pgbouncer"


def version() -> str:
    said = subprocess.run([str(PROGRAM), "--version"], check=True, capture_output=True, text=True)
    return said.stdout.splitlines()[0]


@contextmanager
def pooled(url: str, *, servers: int = 20) -> Iterator[str]:
    """Run a pooler in front of the database; lend the URL that leads through it.

    `servers` is PgBouncer's own default of connections to the server.
    """
    parts = urlsplit(url)
    with tempfile.TemporaryDirectory(prefix="checkout-pgbouncer-") as name:
        home = Path(name)
        home.chmod(0o755)
        port = free_port()
        (home / "users").write_text(f'"{parts.username}" "{parts.password or ""}"\n')
        (home / "ini").write_text(
            "[databases]\n"
            f"* = host={parts.hostname} port={parts.port or 5432}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"auth_type = trust\nauth_file = {home / 'users'}\n"
            f"unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = {servers}\n"
        )
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            as_user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": [], "cwd": "/"}
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(PROGRAM), str(home / "ini")],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_user,
            )
        group = ProcessGroup(process.pid, folder=home)
        lent = urlunsplit(
            parts._replace(netloc=f"{parts.username}:{parts.password or ''}@127.0.0.1:{port}")
        )
        try:
            _wait(lent, process, home / "log")
            yield lent
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
                process.wait()
                group.let_go()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PgBouncer did not start: {error}\n{log.read_text()}") from None
            time.sleep(0.02)
        else:
            return
