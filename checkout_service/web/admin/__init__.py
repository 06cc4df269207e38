"""The merchant's /admin/: there when ADMIN_PASSWORD is set, else every path is 404."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from checkout_service.settings import Settings

from . import actions, events, messages, orders, overview, sign_in, system
from .blueprint import bp


def init_app(app: Flask, settings: Settings) -> None:
    """Open the admin: its cookie goes to /admin alone and proves nothing once signed out."""
    app.config.update(
        SESSION_COOKIE_NAME="admin",
        SESSION_COOKIE_PATH=f"{settings.mount}/admin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=urlsplit(settings.public_base_url).scheme == "https",
        # Other doors have their own guards: the API takes no cookie, the shop checks origins.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # behind a proxy the host differs; origins are checked by us
    )
    CSRFProtect(app)
    sign_in.init_app(app, settings)
    app.register_blueprint(bp)


__all__ = ["actions", "events", "init_app", "messages", "orders", "overview", "system"]
