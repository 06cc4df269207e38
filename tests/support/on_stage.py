"""The web and the commands over a stage: the whole service in one process, on a story's clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from checkout_service import create_app
from checkout_service.settings import Settings
from tests.support.databases import KEYS, PASSWORD
from tests.support.stage import Stage


def app_on(stage: Stage, folder: Path, **changes: Any) -> Flask:
    """Make an application whose use cases are the stage's; it never opens its own database."""
    values: dict[str, Any] = {name.lower(): value for name, value in KEYS.items()}
    values |= {
        "database_url": f"sqlite:///{folder}/unused.sqlite3",
        "admin_password": PASSWORD,
        "catalog_file": stage.settings.catalog_file,
    }
    app = create_app(Settings.load(**(values | changes)))
    app.extensions["checkout_service"] = stage.use_cases
    return app
