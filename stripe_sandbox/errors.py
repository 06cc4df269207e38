"""Stripe's errors: type, code, param, message, in Stripe's shape."""

from __future__ import annotations

from typing import Any

_DOCS = "https://docs.stripe.com/error-codes"


class ApiError(Exception):
    """An answer that refuses: what Stripe would say, and its HTTP status."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        error = {"message": message, "type": kind, "code": code, "param": param, **more}
        if code:
            error["doc_url"] = f"{_DOCS}#{code.replace('_', '-')}"
        self.body = {"error": {key: value for key, value in error.items() if value is not None}}


def missing(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> ApiError:
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def invalid(param: str, message: str, code: str | None = None) -> ApiError:
    return ApiError(message, code=code, param=param)


def unrecognized(method: str, path: str) -> ApiError:
    return ApiError(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove "
        "the trailing slash. If you are trying to retrieve an object, make sure you passed a valid "
        "(non-empty) identifier in your code. Please see https://stripe.com/docs or we can help "
        "at https://support.stripe.com/.",
        status=404,
    )


def no_such(kind: str, name: str, *, param: str | None = None) -> ApiError:
    """Say that an object is not there: 404 when it was asked for, 400 when it was referred to."""
    return ApiError(
        f"No such {kind}: '{name}'",
        status=404 if param is None else 400,
        code="resource_missing",
        param=param or "id",
    )
