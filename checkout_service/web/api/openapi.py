"""The OpenAPI document, `/api/v1/openapi.json`: what the framework leaves out is added here."""

from __future__ import annotations

import re
from typing import Any

from apiflask import APIFlask
from flask import current_app

from checkout_service.settings import Settings

from . import openapi_schemas, openapi_webhooks
from .idempotency import SHORTEST_OF_STRANGERS
from .responses import ProblemDocument

DESCRIPTION = (
    "Opens Stripe Checkout Sessions, confirms payments, and tells where every order stands. "
    "Money is integer minor units; times are RFC 3339 UTC. While an answer is not final, ask "
    "again after `Retry-After` seconds."
)
_PROBLEMS = {
    "400": "The request cannot be read.",
    "401": "An API key is needed: `Authorization: Bearer ...`.",
    "403": "A page of another site sent this, or a proof is asked for first.",
    "404": "There is nothing here by that id.",
    "409": "The order does not allow it now, or the same request is still running.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "422": (
        "The request is understood and wrong; every fault is in `errors`. `card_number`: a card "
        "number came without an API key; nothing of the request was kept."
    ),
    "429": "Too many requests.",
    "501": "The service runs in pull mode.",
    "502": "Stripe refused.",
    "503": "Stripe or the database does not answer.",
}
_READ_PROBLEMS = ("404", "429", "503")
_MERCHANTS_PROBLEMS = ("401", "422")
_CREATE_ORDER, _REFUND = "/api/v1/orders", "/api/v1/orders/{order_id}/refunds"
_ASK_AGAIN = ("409", "429", "503")
_WITH_END = tuple(f"/api/v1/{kind}" for kind in ("checkout-sessions", "payment-"))
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


def _a_header(what: str, kind: str = "string") -> dict[str, Any]:
    return {"description": what, "schema": {"type": kind}}


_HEADERS = {
    "X-Request-ID": _a_header("names this request in our logs"),
    "Cache-Control": _a_header("`no-store`"),
    "Retry-After": _a_header("seconds; only while asking again makes sense", "integer"),
    "Idempotent-Replayed": _a_header("`true` where an answer was kept for this key"),
}
_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


def init_app(app: APIFlask, settings: Settings) -> None:
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False
    app.config["AUTO_404_RESPONSE"] = False
    app.config["AUTO_AUTH_ERROR_RESPONSE"] = False
    app.description = DESCRIPTION
    app.servers = [{"url": settings.public_base_url}]
    app.security_schemes = {"apiKey": {"type": "http", "scheme": "bearer"}}
    app.spec_processor(complete)  # type: ignore[arg-type]  # the document as a dict, not YAML


def complete(spec: dict[str, Any]) -> dict[str, Any]:
    """Say what every answer may be, that bodies are required, and that POSTs take a key."""
    spec["info"]["license"] = {"name": "MIT", "identifier": "MIT"}
    openapi_schemas.add(spec, ProblemDocument, *openapi_webhooks.MODELS)
    spec["components"]["headers"] = _HEADERS
    names = _names()
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict):
                operation["operationId"] = names[method, path]
                _complete_operation(path, method, operation)
    _either_flow(spec["paths"][_CREATE_ORDER]["post"])
    spec["webhooks"] = openapi_webhooks.webhooks()
    return openapi_schemas.one_a_thing(spec)


def _names() -> dict[tuple[str, str], str]:
    """Name each operation as the view that answers it."""
    return {
        (method.lower(), _VARIABLE.sub(r"{\1}", rule.rule)): rule.endpoint.rpartition(".")[2]
        for rule in current_app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    is_post, writes = method == "post", method in ("post", "put")
    if "requestBody" in operation:
        operation["requestBody"]["required"] = path != _REFUND
    if is_post:
        operation.setdefault("parameters", []).append(_key_of("security" in operation))
    problems = list(_PROBLEMS) if writes else list(_READ_PROBLEMS)
    if "security" in operation:
        problems = [*problems, *_MERCHANTS_PROBLEMS]
    for status in problems:
        operation["responses"].setdefault(
            status,
            {
                "description": _PROBLEMS[status],
                "content": {"application/problem+json": {"schema": _PROBLEM_REF}},
            },
        )
    for status, response in operation["responses"].items():
        headers = ["X-Request-ID", "Cache-Control"]
        headers += ["Retry-After"] if status in _ASK_AGAIN or _has_end(path) else []
        headers += ["Idempotent-Replayed"] if is_post and status[0] in "24" else []
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}


def _has_end(path: str) -> bool:
    """True if an answer there is final or not yet."""
    return path.startswith(_WITH_END)


def _key_of(merchants: bool) -> dict[str, Any]:  # noqa: FBT001
    """Describe the key: a stranger's is one that no other stranger thinks of."""
    words = ["The same key and body give the same answer for 72 hours."]
    if not merchants:
        words.append(
            f"At least {SHORTEST_OF_STRANGERS} characters that nobody can guess, such as a UUID; "
            "with an API key any length. Keys of one address, or of one API key, are a space of "
            "their own."
        )
    shortest = 1 if merchants else SHORTEST_OF_STRANGERS
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": " ".join(words),
        "schema": {
            "type": "string", "minLength": shortest, "maxLength": 255, "pattern": "^[ -~]+$",
        },
    }  # fmt: skip


def _either_flow(create_order: dict[str, Any]) -> None:
    """Say that the answer is a session or an intent: the framework knows one answer only."""
    kinds = [{"$ref": f"#/components/schemas/{name}"} for name in ("Session", "Intent")]
    create_order["responses"]["201"]["content"]["application/json"]["schema"] = {"oneOf": kinds}
