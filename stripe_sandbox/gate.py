"""The one entrance of the API: keys, faults, idempotency, and the log of every call."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from flask import Request, Response

from . import expanding, forms, limits, parameters, unmodelled, versions, wire
from .account import ID as OWN
from .errors import ApiError, unknown
from .faults import too_many
from .for_browsers import seen_by_browser
from .keys import Keys
from .permissions import check_expanding, check_scope
from .router import find
from .shapes import API_VERSION
from .store import Json, new_id, shown
from .times import now_as_text
from .world import Call, World

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]+", re.ASCII)


class Reset(Exception):
    """The connection is to be cut without an answer."""


class Gate:
    """Takes a request of the API and gives its answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys = Keys(world.store)
        self._lock = threading.Lock()
        self._log: list[Json] = []
        world.store.on_reset.append(self._forget)

    def log(self) -> list[Json]:
        with self._lock:
            return list(self._log)

    def answer(self, request: Request, base: str) -> Response:
        """Answer one call. Raises Reset when a fault cuts the connection."""
        name = new_id("req", 14)
        key = key_of(request)
        row = {
            "at": now_as_text(self._world.store.time),
            "method": request.method,
            "path": request.path,
            "status": 0,
            "key_kind": key[:2] if key[:3] in ("sk_", "rk_", "pk_") else None,
            "idempotency_key": request.headers.get("Idempotency-Key"),
            "stripe_version": request.headers.get("Stripe-Version"),
            "stripe_context": request.headers.get("Stripe-Context"),
        }
        with self._lock:
            self._log.append(row)
        version = request.headers.get("Stripe-Version") or API_VERSION
        headers = {"Request-Id": name, "Stripe-Version": version}
        try:
            status, body = self._guarded(request, key, name, base, headers)
        except ApiError as error:
            status, body = error.status, error.body
        if row["key_kind"] == "pk":
            body = seen_by_browser(body)
        row["status"] = status
        if status == 429:  # noqa: PLR2004
            headers["Retry-After"] = "1"
        return Response(json.dumps(body), status, headers, content_type="application/json")

    def _guarded(
        self, request: Request, key: str, name: str, base: str, headers: dict[str, str]
    ) -> tuple[int, Json]:
        faults = self._world.faults
        check_key(key)
        faults.check_rate()
        fault = faults.of_call(request.method, request.path)
        if fault == "rate_limit":
            raise too_many()
        if fault == "timeout":
            wire.hold(request.environ, self._world.store.time)
            raise Reset
        if fault == "reset":
            raise Reset
        check_headers(request, key)
        check_type(request)
        check_whole(request)
        route, names = find(request.method, request.path)
        check_scope(self._world.store, key, request.method, request.path)
        idempotency_key = request.headers.get("Idempotency-Key")
        call = self._call(request, key, name, base)
        check_expanding(self._world.store, key, call.params.get("expand"))

        def run() -> tuple[int, Json]:
            return self._run(route.name, call, fault, lambda: route.handler(call, **names))

        if request.method != "POST" or not idempotency_key:
            status, body = run()
        else:
            asked = [request.method, request.path, call.params]
            status, body = self._keys.once(
                idempotency_key,
                asked,
                run,
                lambda: headers.update({"Idempotent-Replayed": "true"}),
            )
            headers["Idempotency-Key"] = idempotency_key
        if fault == "commit_then_reset":
            raise Reset
        return status, faults.altered(request.path, body)

    def _call(self, request: Request, key: str, name: str, base: str) -> Call:
        pairs = (pair for given in (request.args, request.form) for pair in given.items(multi=True))
        return Call(
            self._world,
            forms.parse(pairs),
            key[:2],
            {"id": name, "idempotency_key": request.headers.get("Idempotency-Key")},
            base,
            request.headers.get("Stripe-Version"),
            self._world.faults.staleness(request.method, request.path),
        )

    def _run(
        self, route: str, call: Call, fault: str | None, handle: Callable[[], Json]
    ) -> tuple[int, Json]:
        latency = self._world.faults.latency()
        if latency:
            self._world.store.time.sleep(latency)
        if fault == "error_500":
            return 500, _server_error()
        paths = call.params.pop("expand", [])
        parameters.check(route, call.params, older=call.takes_method_types)
        limits.check(route, call.params)
        unmodelled.check(route, call.params)
        with call.store.change():
            body = expanding.expand(shown(handle()), paths, self._world.resolve)
        return (500, _server_error()) if fault == "commit_then_500" else (200, body)

    def _forget(self) -> None:
        with self._lock:
            self._log.clear()


def _server_error() -> Json:
    message = "An unknown error occurred."
    return {"error": {"type": "api_error", "message": message}}


def key_of(request: Request) -> str:
    if request.authorization is None:
        return ""
    if request.authorization.type == "basic":
        return request.authorization.username or ""
    return request.authorization.token or ""


def check_key(key: str) -> None:
    if "_live_" in key:
        raise ApiError("The sandbox takes no live keys: no money moves here.", status=401)
    if not key.startswith(("sk_test_", "rk_test_", "pk_test_", "sk_org_test_")):
        shown_key = f"{key[:8]}****" if key else ""
        raise ApiError(
            f"Invalid API Key provided: {shown_key}" if key else "You did not provide an API key.",
            status=401,
        )


def check_headers(request: Request, key: str) -> None:
    """Refuse to act for others, or in a version that never was. Raises ApiError."""
    versions.check(request.headers.get("Stripe-Version"))
    check_context(key, request.headers.get("Stripe-Context"))
    check_account(key, request.headers.get("Stripe-Account"))


def check_account(key: str, account: str | None) -> None:
    """Refuse to act for a connected account: there is one account, and no Connect.

    Raises ApiError.
    """
    if account and account != OWN:
        raise ApiError(
            f"The provided key '{key[:8]}****' does not have access to account '{account}' (or "
            "that account does not exist). Application access may have been revoked.",
            status=403,
            code="account_invalid",
        )


def check_type(request: Request) -> None:
    """Refuse a body that is no form: taken for an empty one it would do what nobody asked for.

    Raises ApiError.
    """
    kind = request.mimetype or "none"
    encoding = request.headers.get("Content-Encoding", "identity")
    chunked = request.headers.get("Transfer-Encoding", "").lower() == "chunked"
    if not request.content_length and not chunked:
        return
    if kind not in _FORMS or encoding != "identity":
        told = kind if encoding == "identity" else f"{kind} ({encoding})"
        raise ApiError(
            f"Invalid request: unsupported Content-Type {told}. Requests must be sent as "
            "application/x-www-form-urlencoded or multipart/form-data."
        )


def check_whole(request: Request) -> None:
    """Refuse a body in parts that does not end, or is none, and what is no text.

    Taken for an empty one it would do what nobody asked for. Raises ApiError.
    """
    body = request.get_data(parse_form_data=False)
    if body and request.mimetype == "multipart/form-data":
        border = request.mimetype_params.get("boundary", "")
        if not border or f"--{border}--".encode() not in body or not request.form:
            raise ApiError("Invalid request: the multipart body cannot be read.")
        for name in request.files:
            raise unknown(name)
        sent = body
    else:
        sent = unquote_to_bytes(body)
    said = sent + unquote_to_bytes(request.query_string)
    if b"\0" in said or said.decode("utf-8", "replace").encode() != said:
        raise ApiError("Invalid request: texts must be valid UTF-8, without null characters.")


def check_context(key: str, context: str | None) -> None:
    """An organisation's key acts on an account that is named, any other on its own.

    Raises ApiError.
    """
    if key.startswith("sk_org_") and not context:
        raise ApiError(
            "Please include the Stripe-Context header with your target account when using an "
            "Organization API key."
        )
    if context and not (key.startswith("sk_org_") and _ACCOUNT.fullmatch(context)):
        raise ApiError(
            f"The provided key '{key[:8]}****' does not have access to account '{context}' (or "
            "that account does not exist).",
            status=403,
            code="account_invalid",
        )
