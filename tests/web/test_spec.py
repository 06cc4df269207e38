"""The OpenAPI document: valid, whole, and true."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.web.fakes import FakeShop, an_order


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


def fits(spec: dict[str, Any], name: str, body: object) -> None:
    resource = Resource.from_contents(spec, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:spec", resource)
    schema = {"$ref": f"urn:spec#/components/schemas/{name}"}
    Draft202012Validator(schema, registry=registry).validate(body)


def test_answers_are_as_described(
    client: FlaskClient, shop: FakeShop, spec: dict[str, Any]
) -> None:
    session = shop.add(an_order())

    fits(spec, "Session", client.get(f"/api/v1/checkout-sessions/{session.id}").get_json())
    fits(spec, "Products", client.get("/api/v1/products").get_json())
    fits(spec, "Config", client.get("/api/v1/config").get_json())
    fits(spec, "Problem", client.get("/api/v1/checkout-sessions/x").get_json())
    fits(spec, "Problem", client.post("/api/v1/checkout-sessions", json={}).get_json())
