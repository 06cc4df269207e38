"""The database as Flask knows it: one engine for models, migrations and the product itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.flask_db import db
from checkout_service.settings import Settings, SettingsError
from checkout_service.storage.database import engine_options, prepare_engine

_REVISIONS = re.compile(r'^(revision|down_revision) = "(\w+)"', re.MULTILINE)


class Migrations:
    """Stands for Flask-Migrate until somebody migrates: it loads all of Alembic."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self._app, self._folder = app, folder

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate  # noqa: PLC0415

        Migrate(self._app, db, directory=str(self._folder))  # it takes this one's place
        return getattr(self._app.extensions["migrate"], name)


def _load_models() -> dict[str, Any]:
    """Map the models when a shell is opened: nothing else needs them."""
    import checkout_service.models  # noqa: F401, PLC0415

    return {}


def head_of(migrations: Path) -> str:
    """Name the migration that no other comes after, by the files' own words."""
    texts = [file.read_text("utf-8") for file in (migrations / "versions").glob("*.py")]
    words: list[tuple[str, str]] = [found for text in texts for found in _REVISIONS.findall(text)]
    revisions = {name for word, name in words if word == "revision"}
    (head,) = revisions.difference(name for word, name in words if word == "down_revision")
    return head


def connect_database(app: Flask, settings: Settings, migrations: Path) -> Engine:
    """Return the application's engine; nothing is connected until somebody asks.

    Raises SettingsError where SQLite's file can have no folder.
    """
    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and url.database:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                "The service cannot start. Mend these settings:\n"
                f"  DATABASE_URL: its folder cannot be made ({error.strerror})"
            ) from None
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    app.shell_context_processor(_load_models)  # before that of `db`, which names what is loaded
    db.init_app(app)
    app.extensions["migrate"] = Migrations(app, migrations)
    with app.app_context():
        engine = prepare_engine(db.engine)
    # Connections must not be shared with the process that forked us.
    app.extensions["after_fork"] = lambda: engine.dispose(close=False)

    # The use cases name their database errors; this is the net under whatever slips through.
    @app.errorhandler(SQLAlchemyError)
    def database_error(error: SQLAlchemyError) -> ResponseReturnValue:
        app.logger.error("database.unnamed_error", exc_info=error)
        return app.handle_user_exception(DatabaseUnavailable())

    return engine
