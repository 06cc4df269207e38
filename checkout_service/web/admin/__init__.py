"""The merchant's /admin/: there when ADMIN_PASSWORD is set, else every path is 404."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from checkout_service.settings import Settings
from checkout_service.web.http import cookies

from . import actions, day, disputes, events, messages, orders, overview, sign_in, system, work
from .blueprint import bp


def init_app(app: Flask, settings: Settings) -> None:
    """Open the admin: its cookie proves nothing once signed out."""
    name, path = cookies.named(settings, "admin", "/admin")
    app.config.update(
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_PATH=path,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        # Other doors have their own guards: the API takes no cookie, the shop checks origins.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy the host differs; origins are checked by us
    )
    CSRFProtect(app)
    app.register_blueprint(bp)


__all__ = [
    "actions", "day", "disputes", "events", "init_app", "messages", "orders", "overview", "sign_in",
    "system", "work",
]  # fmt: skip
