"""`create_app` joins the floors: settings, database, use cases, web, commands. It decides nothing.

Safe to call before a fork: nothing is connected until the first request.
"""

from __future__ import annotations

from apiflask import APIFlask

from checkout_service import logs, web
from checkout_service.bootstrap import build_use_cases
from checkout_service.bootstrap.flask_database import connect_database, head_of
from checkout_service.bootstrap.tracing import trace
from checkout_service.cli import register_cli
from checkout_service.settings import Settings
from checkout_service.settings.places import FILES, HOME
from checkout_service.settings.release import RELEASE
from checkout_service.stripe_gateway import LOCALES


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the application. Raises SettingsError or BadCatalog when it must not start."""
    settings = settings or Settings.load()
    redact = logs.configure(settings.log_level, settings.passwords)
    if settings.sentry_dsn is not None:
        logs.report_to_sentry(settings.sentry_dsn, redact)
    app = APIFlask(
        __name__,
        title="Checkout service",
        version=RELEASE,
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # served in front of the application
        template_folder=str(FILES / "templates"),
        instance_path=str(HOME / "instance"),
    )
    migrations = FILES / "migrations"
    engine = connect_database(app, settings, migrations)
    trace(app, engine, redact.text)
    use_cases = build_use_cases(settings, engine, migration_head=head_of(migrations))
    app.extensions["checkout_service"] = use_cases
    web.init_app(app, settings, use_cases.list_products.catalog, locales=LOCALES)
    app.config["CHECKOUT_SETTINGS"] = settings
    register_cli(app)
    return app
