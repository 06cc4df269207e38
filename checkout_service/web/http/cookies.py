"""Signed cookies, opened only where some page may have set one.

Opening one for every webhook and every poll would cost more than reading the request does.
"""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from checkout_service.settings import Settings

_WITHOUT = (
    "/api/", "/webhooks/", "/checkout", "/orders/", "/pay", "/links/", "/healthz", "/readyz",
    "/metrics",
)  # fmt: skip


class FewSessions(SecureCookieSessionInterface):
    """Flask's own sessions, for the one part that uses them: the admin."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(_WITHOUT):
            return None
        return super().open_session(app, request)


def named(settings: Settings, name: str, path: str) -> tuple[str, str]:
    """Return name and path of a cookie, as close as browsers can keep it.

    `__Host-` binds it to this host alone and wants the path `/`; under a mount cookies stay there,
    which leaves `__Secure-`. Both are for https: https://www.rfc-editor.org/rfc/rfc6265#section-4.1
    """
    if not is_secure(settings):
        return name, settings.mount + path
    if settings.mount:
        return f"__Secure-{name}", settings.mount + path
    return f"__Host-{name}", "/"


def is_secure(settings: Settings) -> bool:
    return settings.public_base_url.startswith("https://")


def init_app(app: Flask, settings: Settings) -> None:
    app.session_interface = FewSessions()
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = is_secure(settings)
