"""Errors on their way out: RFC 9457 problems for programs, a plain page for people.

HTTP statuses are decided here, in one table; an error says nothing it was not meant to say. Of what
a caller sent it repeats names at most, and none that looks like a secret.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import field, replace
from http import HTTPStatus
from typing import Any

from apiflask import HTTPError
from flask import Flask, Response, current_app, json, render_template, request
from werkzeug.exceptions import HTTPException

from checkout_service.domain import errors as e
from checkout_service.domain import held_money_errors as h
from checkout_service.domain.errors import CheckoutError, Fault
from checkout_service.domain.frozen import frozen
from checkout_service.domain.holds import NoSuchHold
from checkout_service.domain.order.care import NotFulfilled
from checkout_service.logs import Redactor
from checkout_service.settings import Settings
from checkout_service.web.context import request_id

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
SERVER_ERROR = 500
NOTHING_HERE = "There is nothing here by that id."

STATUS_OF: Mapping[type[CheckoutError], HTTPStatus] = {
    e.CheckoutError: HTTPStatus.INTERNAL_SERVER_ERROR,
    e.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.CardNumber: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.NotFound: HTTPStatus.NOT_FOUND,
    e.CrossOrigin: HTTPStatus.FORBIDDEN,
    e.OrderPaid: HTTPStatus.CONFLICT,
    e.OrderCanceled: HTTPStatus.CONFLICT,
    e.MoneyInFlight: HTTPStatus.CONFLICT,
    e.NoCustomer: HTTPStatus.CONFLICT,
    NotFulfilled: HTTPStatus.CONFLICT,
    e.NotPaid: HTTPStatus.CONFLICT,
    e.RefundTooLarge: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.ChargeDisputed: HTTPStatus.CONFLICT,
    e.RefundRefused: HTTPStatus.CONFLICT,
    e.SessionRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    h.NotAuthorized: HTTPStatus.CONFLICT,
    h.CaptureTooLarge: HTTPStatus.UNPROCESSABLE_ENTITY,
    h.CaptureInProgress: HTTPStatus.CONFLICT,
    h.CaptureRefused: HTTPStatus.CONFLICT,
    e.OpenedWrong: HTTPStatus.BAD_GATEWAY,
    e.WrongFlow: HTTPStatus.CONFLICT,
    e.SessionClosed: HTTPStatus.CONFLICT,
    e.PullMode: HTTPStatus.NOT_IMPLEMENTED,
    e.IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.IdempotencyKeyTooShort: HTTPStatus.UNPROCESSABLE_ENTITY,
    e.IdempotencyInProgress: HTTPStatus.CONFLICT,
    e.GatewayError: HTTPStatus.SERVICE_UNAVAILABLE,
    e.StripeUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    e.StripeRejected: HTTPStatus.BAD_GATEWAY,
    e.UnknownToStripe: HTTPStatus.CONFLICT,
    e.ReadsSpent: HTTPStatus.SERVICE_UNAVAILABLE,
    e.CopyRefused: HTTPStatus.CONFLICT,
    e.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    e.BadEvent: HTTPStatus.BAD_REQUEST,
    e.StaleOrder: HTTPStatus.SERVICE_UNAVAILABLE,
    NoSuchHold: HTTPStatus.NOT_FOUND,
    e.BadCatalog: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# What Stripe or our own machinery said is for the log; the client gets this.
_SAID_INSTEAD: Mapping[type[CheckoutError], str] = {
    e.InvalidInput: "The request is understood and wrong; every fault is listed in `errors`.",
    e.CardNumber: (
        "Card numbers belong into Stripe's own fields alone. Nothing of this request was kept."
    ),
    e.StripeRejected: "Stripe refused this request.",
    e.OpenedWrong: "Stripe opened another payment than it was asked for; it was closed again.",
    e.GatewayError: "Stripe does not answer right now.",
    e.StaleOrder: "This order is changing right now; ask again.",
    e.DatabaseUnavailable: "The database does not answer right now.",
    e.BadEvent: "This is no event of Stripe's that can be verified.",
    e.BadCatalog: "The service is not set up right.",
    e.CheckoutError: "Something went wrong on our side.",
}
_RETRY_AFTER: Mapping[type[CheckoutError], int] = {  # seconds
    e.IdempotencyInProgress: 1,
    e.StaleOrder: 1,
    e.DatabaseUnavailable: 2,
    e.GatewayError: 2,
}
_CODE_OF_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_input",
    429: "too_many_requests",
}
_REFUSALS = frozenset(
    one.code for one in (e.StripeRejected, e.UnknownToStripe, e.OpenedWrong, e.SessionRefused)
)
_LONGEST_NAME = 200
_REDACTOR = "checkout_redactor"
_HEADERS_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
_FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")


@frozen
class Problem:
    """One failure, ready to be shown."""

    status: int
    code: str
    detail: str
    errors: tuple[Fault, ...] = ()
    stripe_code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """True if Stripe answered and would not: no outage, which passes by itself."""
        return self.code in _REFUSALS

    @property
    def title(self) -> str:
        return self.code.replace("_", " ").capitalize()

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:problem:checkout:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id(),
        }
        if self.errors:
            body["errors"] = [{"loc": fault.loc, "message": fault.message} for fault in self.errors]
        if self.stripe_code is not None:
            body["stripe_code"] = self.stripe_code
        return body


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions[_REDACTOR] = Redactor(settings.passwords)
    app.register_error_handler(CheckoutError, lambda error: answer(problem_of(error)))
    app.register_error_handler(
        HTTPError, lambda error: answer(problem_of(e.InvalidInput(faults_of(error))))
    )
    app.register_error_handler(HTTPException, _http_exception)
    app.register_error_handler(Exception, _unforeseen)


def problem_of(error: CheckoutError) -> Problem:
    """Put an error of ours into its status, its words and its Retry-After."""
    wait = _wait_of(error)
    status = STATUS_OF.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, e.DatabaseUnavailable):
        log.debug("request.not_served", extra={"code": error.code})  # one line an episode is enough
    elif status >= SERVER_ERROR or isinstance(error, e.BadEvent):
        cause = type(error.__cause__).__name__ if error.__cause__ else None
        facts = {"code": error.code, "reason": str(error), "cause": cause}
        log.warning("request.not_served", extra=facts)
    return Problem(
        status=status,
        code=error.code,
        detail=_SAID_INSTEAD.get(type(error)) or str(error),
        errors=tuple(error.faults) if isinstance(error, e.InvalidInput) else (),
        stripe_code=error.stripe_code if isinstance(error, e.RefundRefused) else None,
        headers={} if wait is None else {"Retry-After": str(wait)},
    )


def answer(problem: Problem) -> Response:
    """Tell a problem to whoever asked: a program or a person."""
    problem = _without_secrets(problem)
    if request.path.startswith(_FOR_PROGRAMS):
        body = json.dumps(problem.body(), sort_keys=False) + "\n"
        response = Response(body, problem.status, mimetype=PROBLEM_TYPE)
    else:
        response = Response(
            render_template(_page(), problem=problem, request_id=request_id()),
            problem.status,
            mimetype="text/html",
        )
    response.headers.update(problem.headers)
    return response


def _page() -> str:
    """Name the page that tells it: the admin has its own, in the words of those who work there."""
    return "admin/error.html" if request.blueprint == "admin" else "error.html"


def _without_secrets(problem: Problem) -> Problem:
    hide: Redactor = current_app.extensions[_REDACTOR]
    faults = (Fault(hide.text(one.loc), hide.text(one.message)) for one in problem.errors)
    errors = tuple(Fault(one.loc[:_LONGEST_NAME], one.message) for one in faults)
    return replace(problem, detail=hide.text(problem.detail), errors=errors)


def _wait_of(error: CheckoutError) -> int | None:
    if isinstance(error, e.StripeUnavailable):
        return max(1, error.retry_after)
    if isinstance(error, e.ReadsSpent):
        return max(1, math.ceil(error.wait_ms / 1000))
    return _RETRY_AFTER.get(type(error))


CHOSEN, PRICED = "(chosen)", "(priced)"
_KIND_OF_LINE = re.compile(r"\.\((?:chosen|priced)\)")  # of two kinds, which is no field's name


def faults_of(error: HTTPError) -> list[Fault]:
    """Read the faults out of the framework's validation answer."""
    return [
        Fault("" if loc == "_schema" else _KIND_OF_LINE.sub("", loc), message)
        for fields in error.detail.values()
        for loc, messages in fields.items()
        for message in messages
    ]


def _http_exception(error: HTTPException) -> Response | HTTPException:
    code = error.code or SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST or error.response is not None:
        return error
    detail = NOTHING_HERE if code == HTTPStatus.NOT_FOUND else error.description or ""
    headers = {k: v for k, v in error.get_headers() if k in _HEADERS_KEPT}
    return answer(Problem(code, _CODE_OF_STATUS.get(code, "http_error"), detail, headers=headers))


def _unforeseen(error: Exception) -> Response:
    log.error("request.failed", exc_info=error, extra={"path": request.path})
    return answer(Problem(SERVER_ERROR, "internal_error", _SAID_INSTEAD[CheckoutError]))
