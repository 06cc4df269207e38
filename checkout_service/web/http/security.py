"""Request ids, and the headers every answer carries.

Pages hold no inline script or style, so the policy needs neither nonces nor hashes. The form that
starts a checkout is answered by a redirect to Stripe, and browsers check that against form-action.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from checkout_service import logs
from checkout_service.domain.card_numbers import holds_card_number
from checkout_service.settings import Settings
from checkout_service.web.context import REQUEST_ID

from .static_files import FOR_OTHER_SITES

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{20,200}", re.ASCII)
_TWO_YEARS = 63_072_000
_NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def init_app(
    app: Flask, settings: Settings, *, images: tuple[str, ...] = (), forms: tuple[str, ...] = ()
) -> None:
    """Wrap the application, so that whatever answers, the framework itself included, is dressed.

    `images` are the origins that the pages' pictures come from, `forms` where more of their forms
    lead than to where is paid.
    """
    inner = app.wsgi_app
    always = _always(settings)
    page_policy = content_policy(settings, images=images, forms=forms)

    def dressed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        usable = _REQUEST_ID.fullmatch(given) and not holds_card_number(given)
        request_id = given if usable else _new_request_id()
        environ[REQUEST_ID] = request_id
        # No path at all would be redirected to whatever Host the request names.
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        logs.bind_request(request_id)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            known = {name.lower(): value for name, value in headers}
            headers = [*headers, *always, ("X-Request-ID", request_id)]
            shared = environ.get("PATH_INFO") == FOR_OTHER_SITES
            readers = "cross-origin" if shared else "same-origin"
            headers.append(("Cross-Origin-Resource-Policy", readers))
            if "cache-control" not in known:
                headers.append(("Cache-Control", "no-store"))
            if "content-security-policy" not in known:
                is_page = known.get("content-type", "").startswith("text/html")
                policy = page_policy if is_page else _NOT_A_PAGE
                headers.append(("Content-Security-Policy", policy))
            return start_response(status, headers, *error)

        return inner(environ, start)

    app.wsgi_app = dressed  # type: ignore[method-assign]


def _new_request_id() -> str:
    # No secret: it is told to everybody. The system's own randomness is a call more a request.
    return f"{random.getrandbits(128):032x}"


def content_policy(
    settings: Settings,
    *,
    scripts: tuple[str, ...] = (),
    frames: tuple[str, ...] = (),
    connects: tuple[str, ...] = (),
    images: tuple[str, ...] = (),
    forms: tuple[str, ...] = (),
) -> str:
    """Write the policy of a page; the extra sources are for the one page that needs them.

    A view that needs another policy than the default sets the header itself.
    """
    pay_pages = [settings.stripe_checkout_origin]
    if settings.stripe_api_base is not None:
        pay_pages.append(settings.stripe_api_base)
    policy = {
        "default-src": ("'none'",),
        "script-src": ("'self'", *scripts),
        "style-src": ("'self'",),
        "img-src": ("'self'", "data:", *images),
        "font-src": ("'self'",),
        "connect-src": ("'self'", *connects),
        "form-action": ("'self'", *pay_pages, *forms),
        "frame-ancestors": ("'none'",),
        "base-uri": ("'none'",),
    }
    if frames:
        policy["frame-src"] = frames
    return "; ".join(" ".join((name, *sources)) for name, sources in policy.items())


def _always(settings: Settings) -> tuple[tuple[str, str], ...]:
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        # Not no-referrer: that would turn the Origin of our own forms into "null".
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin-allow-popups"),
        ("Permissions-Policy", "geolocation=(), camera=(), microphone=(), usb=()"),
    ]
    if urlsplit(settings.public_base_url).scheme == "https":
        headers.append(("Strict-Transport-Security", f"max-age={_TWO_YEARS}"))
    return tuple(headers)
