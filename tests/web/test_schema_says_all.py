"""A client that keeps to the OpenAPI document hears no 422: it says all that a schema can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.support.on_stage import app_on
from tests.support.stage import Stage

KEY = "key-of-the-merchants-backend"
MERCHANT = {"Authorization": f"Bearer {KEY}"}
OPERATIONS = [
    ("POST", "/api/v1/checkout-sessions"),
    ("POST", "/api/v1/checkout-sessions/{session_id}/expire"),
    ("GET", "/api/v1/checkout-sessions/{session_id}"),
    ("POST", "/api/v1/payment-intents"),
    ("POST", "/api/v1/payment-links/{link}/orders"),
    ("GET", "/api/v1/payment-links/orders/{client_reference_id}"),
    ("GET", "/api/v1/orders"),
    ("POST", "/api/v1/orders"),
    ("POST", "/api/v1/orders/{order_id}/refunds"),
    ("POST", "/api/v1/orders/{order_id}/cancel"),
]
# What lies between a request's fields, or is known to the catalog, to the database or to Stripe's
# own table of parameters alone.
BEYOND_A_SCHEMA = (
    "items", "mode", "cursor", "payment_intent", "discounts", "session", "customer_email",
    "allow_promotion_codes",
)  # fmt: skip

BY_OTHERS = ("idempotency_key_reused", "session_refused")  # by an earlier request, and by Stripe


def whole(value: Any) -> Any:
    """Write whole numbers as such: to a JSON schema 2.0 is an integer, to a till it is none."""
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=" ".join)
def test_what_the_schema_allows_is_answered_otherwise_than_422(
    stage: Stage, tmp_path: Path, method: str, path: str
) -> None:
    app = app_on(
        stage,
        tmp_path,
        api_keys=KEY,
        allowed_origins="https://site.example",
        create_rate_limit="100000 per minute",
        poll_rate_limit="100000 per minute",
    )
    operation: Any = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path][method]
    known = stage.buys()
    seen: list[int] = []

    @settings(
        max_examples=40,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def fits(case: Any) -> None:
        if "order_id" in (case.path_parameters or {}):
            case.path_parameters["order_id"] = known.order
        case.body = whole(case.body)
        headers = MERCHANT if path.startswith("/api/v1/orders") else {}
        answer = case.call(headers=headers)
        seen.append(answer.status_code)
        told = answer.json()
        if answer.status_code == 422 and told["code"] not in BY_OTHERS:
            places = {fault["loc"].partition(".")[0] for fault in told["errors"]}
            assert places <= set(BEYOND_A_SCHEMA), (case.body, told)

    fits()

    assert len(seen) >= 20 or method == "GET"
    assert 500 not in seen
    print(f"{method} {path}: {sorted({status: seen.count(status) for status in seen}.items())}")
