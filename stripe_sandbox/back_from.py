"""The way from a bank's question back to the merchant's own page."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from .store import Json


def back_from(intent: Json, outcome: str) -> Response:
    """Lead the buyer back with what became of an intent, to pay or to save a way to pay."""
    url, kind = intent.get("_return_url") or "/", intent["object"]
    joint = "&" if "?" in url else "?"
    return redirect(
        f"{url}{joint}{kind}={intent['id']}"
        f"&{kind}_client_secret={intent['client_secret']}&redirect_status={outcome}",
        303,
    )
