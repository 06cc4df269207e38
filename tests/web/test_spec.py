"""The OpenAPI document: valid, whole, and true."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from checkout_service.domain.order.settlement import MessageKind
from checkout_service.settings.release import RELEASE
from checkout_service.web.api import openapi_schemas
from tests.support.processes import ROOT
from tests.support.stage import Stage


@pytest.fixture
def spec(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return document


def test_the_document_is_valid_openapi_31(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    validate(spec)


def test_only_the_api_is_described(spec: dict[str, Any]) -> None:
    assert {path for path in spec["paths"] if not path.startswith("/api/v1/")} == set()


def test_bodies_are_required_and_posts_take_a_key(spec: dict[str, Any]) -> None:
    create = spec["paths"]["/api/v1/checkout-sessions"]["post"]

    assert create["requestBody"]["required"] is True
    assert "Idempotency-Key" in [parameter["name"] for parameter in create["parameters"]]


def test_every_failure_is_described_as_a_problem(spec: dict[str, Any]) -> None:
    for operations in spec["paths"].values():
        for operation in operations.values():
            if not isinstance(operation, dict):
                continue
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"]


def test_every_operation_has_a_name_of_its_own(spec: dict[str, Any]) -> None:
    paths = [*spec["paths"].values(), *spec["webhooks"].values()]
    names = [operation["operationId"] for path in paths for operation in path.values()]

    assert len(names) == len(set(names)) > 20
    assert {"create_checkout_session", "list_orders", "refund_order", "on_order_paid"} < set(names)
    assert all(name.isidentifier() for name in names)


def test_the_document_says_its_release_and_licence(spec: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert spec["info"]["version"] == project["version"] == RELEASE
    assert spec["info"]["license"] == {"name": "MIT", "identifier": project["license"]}


def test_each_thing_has_one_schema(spec: dict[str, Any]) -> None:
    names = list(spec["components"]["schemas"])

    assert len(names) == len({name.lower() for name in names})
    assert not [name for name in names if "." in name or name.endswith("Document")]
    assert {"Order", "PrivateOrder", "Line", "Problem", "NotifiedDispute"} < set(names)
    in_depth = spec["components"]["schemas"]["OrderInDepth"]["properties"]
    assert in_depth["holds"]["items"]["$ref"].endswith("/Hold")
    assert in_depth["hold_details"]["items"]["$ref"].endswith("/HoldDetails")


def test_two_things_of_one_name_are_not_taken_for_one() -> None:
    named = {"Hold": {"type": "string"}, "HoldDocument": {"type": "object"}}

    with pytest.raises(ValueError, match="called Hold"):
        openapi_schemas.one_a_thing({"components": {"schemas": named}})


def test_every_answer_names_its_headers(client: FlaskClient, spec: dict[str, Any]) -> None:
    for path in spec["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                assert {"X-Request-ID", "Cache-Control"} <= response["headers"].keys()
    answer = client.get("/api/v1/config")
    shown = spec["paths"]["/api/v1/config"]["get"]["responses"]["200"]["headers"]
    assert [name for name in shown if name not in answer.headers] == []


def test_every_notification_is_described_and_is_as_described(
    stage: Stage, spec: dict[str, Any]
) -> None:
    assert spec["webhooks"].keys() == {kind.value for kind in MessageKind}
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    intent = stage.order(bought)["payment_intent"]
    stage.refunds(bought, 1000)
    stage.control("POST", f"payment_intents/{intent}/early_fraud_warning", {})
    stage.control("POST", f"payment_intents/{intent}/dispute")
    stage.delivers()

    told = stage.messages(bought)

    assert {one["kind"] for one in told} >= {
        "order.paid", "order.refunded", "order.disputed", "order.early_fraud_warning",
    }  # fmt: skip
    for message in told:
        post = spec["webhooks"][message["kind"]]["post"]
        check(spec, post["requestBody"]["content"]["application/json"]["schema"], message["body"])


def check(spec: dict[str, Any], schema: Any, body: object) -> None:
    """Hold a body to a schema of the document."""
    text = json.dumps(schema).replace('"#/', '"urn:spec#/')
    resource = Resource.from_contents(spec, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:spec", resource)
    Draft202012Validator(json.loads(text), registry=registry).validate(body)


def fits(spec: dict[str, Any], name: str, body: object) -> None:
    check(spec, {"$ref": f"#/components/schemas/{name}"}, body)


def test_answers_are_as_described(client: FlaskClient, shop: Stage, spec: dict[str, Any]) -> None:
    session = shop.buys().session

    fits(spec, "Session", client.get(f"/api/v1/checkout-sessions/{session}").get_json())
    fits(spec, "Products", client.get("/api/v1/products").get_json())
    fits(spec, "Config", client.get("/api/v1/config").get_json())
    fits(spec, "Problem", client.get("/api/v1/checkout-sessions/x").get_json())
    fits(spec, "Problem", client.post("/api/v1/checkout-sessions", json={}).get_json())
