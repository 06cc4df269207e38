"""The web floor: pages, JSON API, webhooks, health. It parses, calls one use case, and renders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from checkout_service.domain.catalog import Catalog
from checkout_service.settings import Settings

from . import checkout, context, webhooks
from .api import (
    checkout_sessions,
    docs_page,
    notifications,
    openapi,
    orders,
    payment_intents,
    payment_links,
)
from .http import (
    cookies,
    limits,
    mount,
    origins,
    problems,
    security,
    static_files,
    strict_json,
    url_adapters,
)
from .ops import health
from .pages import accent, buy, cart, languages, links, pay, rendering, subscription

View: TypeAlias = Callable[..., Any]

_DOORS = (
    checkout, buy, cart, pay, links, accent, subscription,
    checkout_sessions, payment_intents, payment_links, orders, notifications, docs_page,
    webhooks, health,
)  # fmt: skip


def init_app(
    app: APIFlask, settings: Settings, catalog: Catalog, *, locales: tuple[str, ...]
) -> None:
    """Give the application its doors. The request's id is made first, for all that follows.

    `locales` are the languages that Stripe's page speaks.
    """
    app.config[context.SETTINGS] = settings
    app.config[context.CATALOG] = catalog
    app.config[context.SHOP] = catalog.shop
    app.config[context.LOCALES] = locales
    app.config["SECRET_KEY"] = settings.secret_key
    # One byte more than allowed: a chunked body beyond the limit is cut there without a word.
    app.config["MAX_CONTENT_LENGTH"] = strict_json.MAX_BYTES + 1
    app.config["MAX_FORM_PARTS"] = 50
    _set_habits(app)
    url_adapters.init_app(app)
    static_files.init_app(app)
    elsewhere = (subscription.PORTAL,) if catalog.shop.manage_subscriptions else ()
    security.init_app(app, settings, images=catalog.image_origins, forms=elsewhere)
    if settings.metrics_token is not None:
        from .ops import metrics  # noqa: PLC0415 - its first import decides where counters live

        metrics.init_app(app)
    origins.init_app(app, settings)
    limits.init_app(app, settings)
    problems.init_app(app, settings)
    cookies.init_app(app, settings)
    languages.init_app(app)
    rendering.init_app(app)
    openapi.init_app(app, settings)
    health.init_app(app, settings)
    for door in _DOORS:
        app.register_blueprint(door.bp)
    if settings.admin_password is not None:
        from . import admin  # noqa: PLC0415 - a shop without an admin does without its libraries

        admin.init_app(app, settings)
    _believe_proxies(app, settings.trusted_proxy_hops)
    mount.init_app(app, settings)


def _set_habits(app: APIFlask) -> None:
    app.request_class = strict_json.StrictRequest
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.ensure_sync = _as_it_is  # type: ignore[method-assign,assignment]
    app.url_map.merge_slashes = False  # it would redirect to whatever Host the request names


def _as_it_is(view: View) -> View:
    """Return a plain function, as all here are; Flask would ask of each at every request."""
    return view


def _believe_proxies(app: APIFlask, hops: int) -> None:
    """Read the client's address through the proxies that stand in front; never a host name."""
    if hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_port=0, x_prefix=0
        )
