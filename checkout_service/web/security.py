"""Request ids, and the headers every answer carries.

Pages hold no inline script or style, so the policy needs neither nonces nor hashes. The form that
starts a checkout is answered by a redirect to Stripe, and browsers check that against form-action.
"""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from secure import ContentSecurityPolicy, PermissionsPolicy

from checkout_service import logs
from checkout_service.settings import Settings

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{20,200}", re.ASCII)
_TWO_YEARS = 63_072_000
_NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def init_app(app: Flask, settings: Settings) -> None:
    always = _always(settings)
    page_policy = content_policy(settings)

    @app.before_request
    def name_request() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        logs.bind_request(g.request_id)

    @app.after_request
    def dress(response: Response) -> Response:
        headers = response.headers
        for name, value in always:
            headers[name] = value
        headers["X-Request-ID"] = g.get("request_id", "")
        headers.setdefault("Cache-Control", "no-store")
        is_page = response.mimetype == "text/html"
        headers.setdefault("Content-Security-Policy", page_policy if is_page else _NOT_A_PAGE)
        return response


def content_policy(
    settings: Settings,
    *,
    scripts: tuple[str, ...] = (),
    frames: tuple[str, ...] = (),
    connects: tuple[str, ...] = (),
) -> str:
    """Write the policy of a page; the extra sources are for the one page that needs them.

    A view that needs another policy than the default sets the header itself.
    """
    pay_pages = [settings.stripe_checkout_origin]
    if settings.stripe_api_base is not None:
        pay_pages.append(settings.stripe_api_base)
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'", *scripts)
        .style_src("'self'")
        .img_src("'self'", "data:")
        .font_src("'self'")
        .connect_src("'self'", *connects)
        .form_action("'self'", *pay_pages)
        .frame_ancestors("'none'")
        .base_uri("'none'")
    )
    if frames:
        policy = policy.frame_src(*frames)
    return policy.header_value


def _always(settings: Settings) -> tuple[tuple[str, str], ...]:
    permissions = PermissionsPolicy().geolocation().camera().microphone().usb()
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        # Not no-referrer: that would turn the Origin of our own forms into "null".
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin-allow-popups"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", permissions.header_value),
    ]
    if urlsplit(settings.public_base_url).scheme == "https":
        headers.append(("Strict-Transport-Security", f"max-age={_TWO_YEARS}"))
    return tuple(headers)
