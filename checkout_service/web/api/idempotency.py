"""`Idempotency-Key` for every POST of the API: one key, one body, one answer.

Kept: 2xx and 422. Freed: 409, 429 and 5xx, so that a repeat may go through.

Each API key has a space of names of its own. So has each address of strangers: who thinks of a key
that somebody else sent gets an order of his own, never the other's session or client secret.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ParamSpec

from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from checkout_service.domain.errors import IdempotencyKeyTooShort
from checkout_service.domain.frozen import frozen
from checkout_service.use_cases.checkout.hold_idempotency import Replay, Ticket
from checkout_service.web.context import settings, use_cases
from checkout_service.web.http.callers import MERCHANT, PUBLIC, is_merchant, name_of_key
from checkout_service.web.http.card_numbers import refuse_card_numbers
from checkout_service.web.http.limits import client_address
from checkout_service.web.http.problems import PROBLEM_TYPE

P = ParamSpec("P")

_KEY = re.compile(r"[ -~]{1,255}", re.ASCII)
SHORTEST_OF_STRANGERS = 20
_LATER = "2"  # seconds


def idempotent(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Run the view once for each key; stands right below the route, above input and output."""
    return _once(view, None)


def idempotent_without(
    name: str, fetch: Callable[[dict[str, Any]], str | None]
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Do the same for a view whose answer has a field that is never stored.

    A replay fetches the field anew, given the stored answer; None says it never had one.
    """
    return lambda view: _once(view, Unstored(name, fetch))


@frozen
class Unstored:
    """A field of an answer that must not be kept."""

    name: str
    fetch: Callable[[dict[str, Any]], str | None]

    def strip(self, body: bytes) -> bytes:
        """Take the field out of an answer that is about to be stored."""
        answer = json.loads(body)
        if self.name not in answer:
            return body
        del answer[self.name]
        return json.dumps(answer).encode()

    def restore(self, body: bytes) -> bytes:
        """Put the field back into a stored answer that had it."""
        answer = json.loads(body)
        value = self.fetch(answer)
        return body if value is None else json.dumps(answer | {self.name: value}).encode()


def _once(
    view: Callable[P, ResponseReturnValue], unstored: Unstored | None
) -> Callable[P, ResponseReturnValue]:
    @functools.wraps(view)
    def once(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        _check(key)
        held = use_cases().hold_idempotency.begin(
            scope=f"{_space()} {request.path}", key=key, fingerprint=_fingerprint()
        )
        g.nonce = held.nonce
        if isinstance(held, Replay):
            return _replayed(held, unstored)
        return _run(held, lambda: view(*args, **kwargs), unstored)

    return once


def _check(key: str) -> None:
    """Raises BadRequest, IdempotencyKeyTooShort, CardNumber."""
    if not _KEY.fullmatch(key):
        raise BadRequest("An Idempotency-Key is 1 to 255 printable ASCII characters.")
    refuse_card_numbers(key, "Idempotency-Key")
    if not is_merchant() and len(key) < SHORTEST_OF_STRANGERS:
        raise IdempotencyKeyTooShort(SHORTEST_OF_STRANGERS)


def _space() -> str:
    """Name the space that this caller's keys live in."""
    key = name_of_key()
    if key is not None:
        return f"{MERCHANT} {key}"
    # An address is somebody's: what is kept for days only tells that it is the same one.
    secret = settings().secret_key.encode()
    name = hmac.new(secret, f"idempotency {client_address()}".encode(), hashlib.sha256)
    return f"{PUBLIC} {name.hexdigest()[:16]}"


def order_nonce() -> str | None:
    """Name the order of this request by its key; None when nobody can repeat the request."""
    nonce: str | None = g.get("nonce")
    return nonce


def _run(
    ticket: Ticket, view: Callable[[], ResponseReturnValue], unstored: Unstored | None
) -> Response:
    hold = use_cases().hold_idempotency
    try:
        response = _answer_of(view)
    except BaseException:
        hold.free(ticket)
        raise
    status = response.status_code
    if status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.UNPROCESSABLE_ENTITY:
        body = response.get_data()
        hold.keep(ticket, status, body if unstored is None else unstored.strip(body))
    else:
        hold.free(ticket)
    return response


def _answer_of(view: Callable[[], ResponseReturnValue]) -> Response:
    """Return the answer a client will see, errors included."""
    try:
        return current_app.make_response(view())
    except Exception as error:  # noqa: BLE001 - the application's own handlers name it
        return current_app.make_response(current_app.handle_user_exception(error))


def _fingerprint() -> str:
    """Digest what was asked, however it was spelled."""
    body: Any = request.get_json() if request.get_data() else None
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{canonical}".encode()).hexdigest()


def _replayed(kept: Replay, unstored: Unstored | None) -> Response:
    refused = kept.status >= HTTPStatus.BAD_REQUEST
    body = kept.body if unstored is None or refused else unstored.restore(kept.body)
    response = Response(body, kept.status, mimetype=PROBLEM_TYPE if refused else "application/json")
    response.headers["Idempotent-Replayed"] = "true"
    if not refused and json.loads(kept.body).get("final") is False:
        response.headers["Retry-After"] = _LATER
    return response
