"""Which language a buyer's page speaks: the first of Accept-Language that is translated here.

The admin and the API speak English, whatever a browser asks for.
"""

from __future__ import annotations

import re

from babel import Locale
from babel.localedata import locale_identifiers
from flask import Flask, Response, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from checkout_service.web.context import stripe_locales

DEFAULT = "en"
LANGUAGES = (DEFAULT, "ar", "de", "es", "fr", "it", "ja", "nl", "pl", "pt")
# A region changes how numbers are written, not the words: Mexico writes 1,234.50, Spain 1.234,50.
# Portuguese is Brazil's, for readers in Portugal too.
_TAG = re.compile(r"([a-z]{2})(?:-[a-z]{4})?(?:-([a-z]{2}|[0-9]{3}))?(?:-.*)?", re.ASCII)
_KNOWN = frozenset(locale_identifiers())
_LONGEST = 1000  # characters of the header that are read; a browser sends a tenth of that
_ENGLISH_ONLY = ("/admin", "/api/")


def init_app(app: Flask) -> None:
    Babel(app, default_locale=DEFAULT, default_timezone="UTC", locale_selector=_selected)
    app.after_request(_name_language)


def page_locale() -> Locale:
    return get_locale() or Locale(DEFAULT)


def stripe_locale() -> str | None:
    """Return what Stripe's page should speak to go on in the language of ours.

    A region counts where Stripe knows it, as it does Brazil. None leaves the choice to Stripe:
    the browser asks for nothing that is translated here, or Stripe's page does not speak it.
    """
    regional = (_asked_locale() or "").replace("_", "-")
    tags = (regional, regional.partition("-")[0])
    return next((tag for tag in tags if tag in stripe_locales()), None)


def _selected() -> str:
    if request.path.startswith(_ENGLISH_ONLY):
        return DEFAULT
    return _asked_locale() or DEFAULT


def _asked_locale() -> str | None:
    accepted = request.headers.get("Accept-Language", "")[:_LONGEST]
    for tag, quality in parse_accept_header(accepted, LanguageAccept):
        found = _TAG.fullmatch(tag.lower().replace("_", "-"))
        if quality > 0 and found is not None and found[1] in LANGUAGES:
            regional = f"{found[1]}_{(found[2] or '').upper()}"
            return regional if regional in _KNOWN else found[1]
    return None


def _name_language(response: Response) -> Response:
    """Say on every page for buyers what it is written in, and that the browser decided it."""
    is_page = response.mimetype == "text/html" and response.location is None
    if is_page and not request.path.startswith(_ENGLISH_ONLY):
        response.content_language.add(page_locale().language)
        response.vary.add("Accept-Language")
    return response
