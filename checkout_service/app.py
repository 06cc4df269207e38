"""`create_app` joins the floors: settings, database, use cases, web, commands. It decides nothing.

Safe to call before a fork: nothing is connected until the first request.
"""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from apiflask import APIFlask
from flask import Flask
from flask.typing import ResponseReturnValue
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from . import logs, web
from .bootstrap import build_use_cases
from .cli import register_cli
from .domain.errors import DatabaseUnavailable
from .settings import Settings
from .storage.database import engine_options, prepare_engine
from .storage.tables import metadata
from .stripe_gateway import LOCALES

ROOT = Path(__file__).resolve().parent.parent

db = SQLAlchemy(metadata=metadata)
migrate = Migrate(db=db, directory=str(ROOT / "migrations"))


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the application. Raises SettingsError or BadCatalog when it must not start."""
    settings = settings or Settings.load()
    redact = logs.configure(settings.log_level, _secrets(settings))
    if settings.sentry_dsn is not None:
        _watch_for_sentry(settings.sentry_dsn, redact)
    app = APIFlask(
        __name__,
        title="Checkout service",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # served in front of the application
        template_folder=str(ROOT / "templates"),
        instance_path=str(ROOT / "instance"),
    )
    _connect_database(app, settings)
    with app.app_context():
        engine = prepare_engine(db.engine)
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    app.extensions["checkout_service"] = build_use_cases(
        settings, engine, migration_head=head or ""
    )
    app.extensions["after_fork"] = lambda: engine.dispose(close=False)
    web.init_app(app, settings, locales=LOCALES)
    app.config["CHECKOUT_SETTINGS"] = settings
    register_cli(app)
    return app


def _connect_database(app: Flask, settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.drivername.startswith("sqlite") and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    migrate.init_app(app)

    # The use cases name their database errors; this is the net under whatever slips through.
    @app.errorhandler(SQLAlchemyError)
    def database_error(error: SQLAlchemyError) -> ResponseReturnValue:
        app.logger.error("database.unnamed_error", exc_info=error)
        return app.handle_user_exception(DatabaseUnavailable())


def _secrets(settings: Settings) -> tuple[str, ...]:
    """List what no log line may hold, whatever its shape."""
    single = (settings.secret_key, settings.admin_password, settings.metrics_token)
    return (*settings.api_keys, *(secret for secret in single if secret))


def _watch_for_sentry(dsn: str, redact: logs.Redactor) -> None:
    import sentry_sdk  # noqa: PLC0415 - a slow import that most shops do without

    sentry_sdk.init(
        dsn=dsn,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=lambda event, _hint: redact.value(event),
    )
