"""The client secret is in the answer to a create and nowhere else: a replayed one reads it anew."""

from __future__ import annotations

from typing import Any

from checkout_service.domain.ids import is_intent_id
from checkout_service.web.context import use_cases

SECRET = "client_secret"  # noqa: S105 - a field's name


def read_secret(answer: dict[str, Any]) -> str | None:
    """Read the secret that a stored answer lacks; None where it had none. Raises GatewayError."""
    if is_intent_id(answer["id"]):
        return use_cases().start_intent.secret_of(answer["id"])
    if answer["status"] == "open" and answer["url"] is None:
        return use_cases().start_checkout.secret_of(answer["id"])
    return None
