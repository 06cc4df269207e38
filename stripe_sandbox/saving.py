"""The end of a bank's question about a way to pay that is only saved."""

from __future__ import annotations

from werkzeug.wrappers import Response

from . import setup_intents
from .back_from import back_from
from .errors import ApiError
from .here import call, world
from .store import Json


def finish_challenge(thing: Json, *, passed: bool) -> Response:
    """Save it or not, and go back to the merchant's page either way."""
    outcome = "succeeded"
    try:
        with world().store.change():
            setup_intents.finish(call(), thing, passed=passed)
    except ApiError:
        outcome = "failed"
    return back_from(thing, outcome)
