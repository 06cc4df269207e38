"""Fresh databases at head, quickly: migrate one template a kind, copy it for every test."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.postgres import Postgres
from tests.support.quick_folder import GIB, memory

KINDS = ("sqlite", "postgresql")
# What a command needs besides DATABASE_URL to start; nothing listens at this address.
KEYS = {
    "SECRET_KEY": "tests-only-0123456789abcdef0123456789",
    "STRIPE_SECRET_KEY": "sk_test_tests",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_tests",
    "STRIPE_WEBHOOK_SECRET": "whsec_tests",
    "STRIPE_API_BASE": "http://127.0.0.1:9",
    "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
}

PASSWORD = "correct horse battery staple"  # of the admin

# What nobody can have read: a live key refuses secrets that this repository publishes.
UNPUBLISHED = {
    "secret_key": secrets.token_hex(),
    "api_keys": secrets.token_hex(),
    "stripe_webhook_secret": f"whsec_{secrets.token_hex()}",
}


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Lend a folder that no disk is behind; where there is no room for one, an ordinary one."""
    with tempfile.TemporaryDirectory(prefix="checkout-tests-", dir=memory(of_bytes=GIB)) as name:
        yield Path(name)


def migrate(url: str, *command: str) -> None:
    """Bring the database to head, in this process, by the very command that a release runs."""
    from checkout_service import create_app  # noqa: PLC0415 - whoever has a stage needs no web
    from checkout_service.flask_db import db  # noqa: PLC0415
    from checkout_service.settings import Settings  # noqa: PLC0415

    values: dict[str, Any] = {name.lower(): value for name, value in KEYS.items()}
    app = create_app(Settings.load(**values, database_url=url))
    done = app.test_cli_runner().invoke(args=["db", *(command or ("upgrade",))])
    with app.app_context():
        db.engine.dispose()
    assert done.exit_code == 0, done.output


class Sqlite:
    """Database files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def create(self, template: str | None = None) -> str:
        self._count += 1
        path = self._folder / f"{self._count}.sqlite3"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        path = Path(url.removeprefix("sqlite:///"))
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()

    def stop(self) -> None:
        """Nothing runs."""


class Databases:
    """Both kinds, each started and migrated only when a test first asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[str, Sqlite | Postgres] = {}
        self._templates: dict[str, str] = {}

    def server(self, kind: str) -> Sqlite | Postgres:
        if kind not in self._servers:
            self._servers[kind] = Sqlite(self._folder) if kind == "sqlite" else Postgres()
        return self._servers[kind]

    def empty(self, kind: str) -> Iterator[str]:
        """Lend a database without any table."""
        yield from self._lend(kind, None)

    def at_head(self, kind: str) -> Iterator[str]:
        """Lend a database with the schema at head and no rows."""
        if kind not in self._templates:
            template = self.server(kind).create()
            migrate(template)
            self._templates[kind] = template
        yield from self._lend(kind, self._templates[kind])

    def stop(self) -> None:
        for server in self._servers.values():
            server.stop()

    def _lend(self, kind: str, template: str | None) -> Iterator[str]:
        url = self.server(kind).create(template)
        yield url
        self.server(kind).drop(url)
