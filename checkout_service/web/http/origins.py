"""Which sites may call us, and where a buyer may be sent: exact origins, after a whole parse."""

from __future__ import annotations

import re

from flask import Flask, Response, g, request
from flask_cors import CORS

from checkout_service.domain.addresses import DEFAULT_PORT, PATH, origin_of
from checkout_service.domain.errors import CrossOrigin
from checkout_service.settings import Settings
from checkout_service.web.context import settings

from .challenge import PROOF

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
_ENCODED_PLACEHOLDER = re.compile(r"%7BCHECKOUT_SESSION_ID%7D", re.IGNORECASE)
_API = "/api/v1/"
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_SIGNED = "/webhooks/"  # a signature over the body says more than any header
_TEN_MINUTES = 600
_FROM_HERE = frozenset(("same-origin", "none"))


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse what other sites send, and answer the allowed ones' calls without credentials."""
    app.before_request(_refuse_other_sites)

    @app.after_request
    def vary(response: Response) -> Response:
        if request.path.startswith(_API):
            response.headers.add("Vary", "Origin")  # beside others: they count together
        return response

    if not settings.allowed_origins:
        return
    CORS(
        app,
        resources=rf"{_API}.*",
        origins=[re.compile(re.escape(origin) + r"\Z") for origin in settings.allowed_origins],
        methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", PROOF, "Content-Type", "Idempotency-Key", "X-Request-ID"],
        expose_headers=["Idempotent-Replayed", "Retry-After", "X-Request-ID"],
        supports_credentials=False,
        max_age=_TEN_MINUTES,
        always_send=False,
        vary_header=False,
    )


def refuse_foreign_forms() -> None:
    """Let pass what was sent from our own pages, or by no browser at all. Raises CrossOrigin.

    Browsers tell where a request comes from, and no page can make them lie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if (site is not None and site not in _FROM_HERE) or (
        origin is not None and origin not in _own_origins()
    ):
        g.refused = CrossOrigin.code
        raise CrossOrigin


def _refuse_other_sites() -> None:
    """Let the allowed sites act here too, with or without a body. Raises CrossOrigin."""
    if request.method in _SAFE or request.path.startswith(_SIGNED):
        return
    if request.headers.get("Origin") not in settings().allowed_origins:
        refuse_foreign_forms()


def _own_origins() -> tuple[str, ...]:
    known = settings()
    if known.development:  # localhost and 127.0.0.1 are two names of one machine
        return known.public_origin, request.host_url.rstrip("/")
    return (known.public_origin,)


def may_send_buyer_to(url: str) -> bool:
    known = settings()
    return origin_of(url) in (known.public_origin, *known.allowed_origins)


def pattern_of_buyer_urls() -> str:
    """Write down, for a schema, which addresses a buyer may be sent to."""
    known = settings()
    allowed = (known.public_origin, *known.allowed_origins)
    return f"^(?:{'|'.join(map(_pattern_of, allowed))}){PATH}$"


def _pattern_of(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    any_case = re.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", re.escape(host))
    port = "" if re.search(r":\d+\Z", host) else f"(?::{DEFAULT_PORT[scheme]})?"
    return f"{scheme}://{any_case}{port}"


def with_session_id(success_url: str) -> str:
    """Make sure that Stripe's placeholder is in the address, literally.

    Stripe replaces it only unencoded: https://docs.stripe.com/payments/checkout/custom-success-page
    """
    url = _ENCODED_PLACEHOLDER.sub(PLACEHOLDER, success_url)
    if PLACEHOLDER in url:
        return url
    address, hash_, fragment = url.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}session_id={PLACEHOLDER}{hash_}{fragment}"
