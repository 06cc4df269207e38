"""Turn the SDK's errors into ours, in one place; nobody else catches a Stripe error.

Stripe's errors carry the whole answer. None of it is logged or chained: only Stripe's own
sentence goes on, without addresses, keys and secrets.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import stripe

from checkout_service.domain.errors import (
    GatewayError,
    StripeRejected,
    StripeUnavailable,
    UnknownToStripe,
)

log = logging.getLogger(__name__)

BAD_KEY, REUSED_KEY, MISSING = "authentication_failed", "idempotency_error", "resource_missing"
NOT_ABOUT_STATE = frozenset((BAD_KEY, REUSED_KEY, MISSING))
_NO_CODE = "invalid_request_error"
# What there was to capture is captured already, or was let go; or Stripe does not say why.
NOT_CAPTURABLE = frozenset((
    _NO_CODE, "payment_intent_unexpected_state", "charge_already_captured",
    "charge_expired_for_capture",
))  # fmt: skip

RETRY_AFTER = 2  # seconds, when Stripe does not say
_LONGEST_RETRY_AFTER = 60
_LONGEST_MESSAGE = 300
# The SDK itself falls over an answer of an impossible shape, such as `{"error": null}`.
_STUMBLES = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
_SECRETS = re.compile(
    r"[^\s'\"<>]+@[^\s'\"<>]+"  # an e-mail address
    r"|\b(?:sk|rk|pk|whsec|ek)_[\w*]+"  # a key, even starred out
    r"|\b\w+_secret_\w+",  # a client secret
    re.ASCII,
)


@contextmanager
def our_failures(what: str, *, write: bool) -> Iterator[None]:
    """Raise StripeUnavailable or StripeRejected instead of what the SDK raises.

    `what` names the call in the log; `write` says that money or objects may have been made.
    """
    try:
        yield
    except stripe.StripeError as error:
        failure = _failure(error, write=write)
        _log(what, error, failure)
        raise failure from None
    except _STUMBLES as error:
        log.warning("stripe.unreadable", extra={"call": what, "error": type(error).__name__})
        raise StripeUnavailable(indeterminate=write) from None


def _failure(error: stripe.StripeError, *, write: bool) -> GatewayError:
    if isinstance(error, stripe.APIConnectionError):
        return StripeUnavailable()
    if isinstance(error, stripe.RateLimitError):
        return StripeUnavailable(
            "Stripe is being asked too often right now.", retry_after=_retry_after(error.headers)
        )
    if isinstance(error, stripe.APIError) and not _is_refusal(error):
        if error.http_status == HTTPStatus.CONFLICT:  # this very key is still running
            return StripeUnavailable(retry_after=1, in_use=True)
        return StripeUnavailable(retry_after=_retry_after(error.headers), indeterminate=write)
    return _refusal(error)


def _is_refusal(error: stripe.APIError) -> bool:
    """Tell a 4xx in Stripe's own shape from a 5xx, a 409, or a page instead of JSON."""
    body, status = error.json_body, error.http_status or 0
    shaped = isinstance(body, Mapping) and isinstance(body.get("error"), dict)
    client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return shaped and client_error and status != HTTPStatus.CONFLICT


def _refusal(error: stripe.StripeError) -> StripeRejected:
    if isinstance(error, stripe.AuthenticationError):
        return StripeRejected("Stripe does not accept this service's API key.", reason=BAD_KEY)
    if isinstance(error, stripe.PermissionError):
        reason = _code(error) or "permission_denied"
        return StripeRejected(_sentence(error), reason=reason, permission=True)
    if isinstance(error, stripe.IdempotencyError):
        return StripeRejected(_sentence(error), reason=REUSED_KEY)
    if error.http_status == HTTPStatus.NOT_FOUND and _code(error) == MISSING:
        return UnknownToStripe()  # the address; something unknown in a parameter is a 400
    return StripeRejected(_sentence(error), reason=_code(error) or _NO_CODE)


def _retry_after(headers: Mapping[str, str] | None) -> int:
    text = (headers or {}).get("Retry-After", "")
    if not (text.isascii() and text.isdigit() and len(text) < len(str(10**6))):
        return RETRY_AFTER
    return min(max(int(text), 1), _LONGEST_RETRY_AFTER)


def _code(error: stripe.StripeError) -> str:
    """Find Stripe's code for machines; some classes of the SDK drop it."""
    code = error.code or (error.error.code if error.error else None)
    return code if isinstance(code, str) else ""


def _param(error: stripe.StripeError) -> str:
    param = getattr(error, "param", None)
    return param if isinstance(param, str) else ""


def _sentence(error: stripe.StripeError) -> str:
    """Quote Stripe's sentence for people, with everything personal or secret left out."""
    text = error.user_message if isinstance(error.user_message, str) else ""
    text = " ".join(_SECRETS.sub("[hidden]", text[: 4 * _LONGEST_MESSAGE]).split())
    return text[:_LONGEST_MESSAGE] or "Stripe refused the request."


def _log(what: str, error: stripe.StripeError, failure: GatewayError) -> None:
    message = "stripe.refused" if isinstance(failure, StripeRejected) else "stripe.unavailable"
    log.warning(
        message,
        extra={
            "call": what,
            "error": type(error).__name__,
            "http_status": error.http_status,
            "stripe_code": _code(error),
            "stripe_param": _param(error),
            "stripe_request_id": error.request_id,
        },
    )
