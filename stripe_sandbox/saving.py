"""The end of a bank's question about a way to pay that is only saved."""

from __future__ import annotations

from flask import redirect
from werkzeug.wrappers import Response

from . import setup_intents
from .errors import ApiError
from .here import call, world
from .store import Json


def finish_challenge(thing: Json, *, passed: bool) -> Response:
    """Save it or not, and go back to the merchant's page either way."""
    outcome = "succeeded"
    try:
        with world().store.lock:
            setup_intents.finish(call(), thing, passed=passed)
    except ApiError:
        outcome = "failed"
    url = thing.get("_return_url") or "/"
    joint = "&" if "?" in url else "?"
    return redirect(
        f"{url}{joint}setup_intent={thing['id']}"
        f"&setup_intent_client_secret={thing['client_secret']}&redirect_status={outcome}",
        303,
    )
