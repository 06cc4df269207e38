"""What the API answers is what its document says: no field more, none less, each of its type."""

from __future__ import annotations

from typing import Any

import fastjsonschema
import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel

from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.views.orders import OrderView
from checkout_service.storage.tables import orders
from checkout_service.web.api import responses
from tests.support.on_stage import app_on
from tests.support.stage import Stage

MERCHANT = {"Authorization": "Bearer tests-merchant-key"}


@pytest.fixture
def client(stage: Stage, tmp_path: Any) -> FlaskClient:
    return app_on(stage, tmp_path, api_keys="tests-merchant-key").test_client()


def get(client: FlaskClient, path: str) -> Any:
    return client.get(f"/api/v1/{path}", headers=MERCHANT if "orders" in path else {}).json


def holds_to(model: type[BaseModel], body: Any) -> None:
    """Check a body against a model's schema; whatever the schema does not name is an error."""
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object" and "properties" in part:
            part["additionalProperties"] = False
    fastjsonschema.compile(schema)(body)


def test_every_answer_about_an_order_is_as_documented(client: FlaskClient, stage: Stage) -> None:
    paid, wrong = stage.buys(), stage.buys()
    stage.pays(paid)
    stage.returns(paid)
    refund = stage.refunds(paid, 500)
    stage.works(120)

    public = get(client, f"checkout-sessions/{paid.session}")
    deep = get(client, f"orders/{paid.order}")
    listed = get(client, "orders")
    form = {"items": [{"price": "poster-usd", "quantity": 1}]}
    intent = client.post("/api/v1/payment-intents", json=form).json
    products = get(client, "products")

    assert refund.id.startswith("re_")
    assert wrong.order in {order["id"] for order in listed["data"]}
    assert deep["refunds"]
    assert deep["trail"]
    holds_to(responses.Session, public)
    holds_to(responses.OrderInDepth, deep)
    holds_to(responses.Orders, listed)
    holds_to(responses.Intent, intent)
    holds_to(responses.Products, products)
    holds_to(responses.Config, get(client, "config"))


def test_the_check_itself_finds_a_field_too_many_and_one_too_few(
    client: FlaskClient, stage: Stage
) -> None:
    session = get(client, f"checkout-sessions/{stage.buys().session}")
    less = {name: value for name, value in session.items() if name != "url"}

    for wrong in (session | {"secret": 1}, less, session | {"final": "yes"}):
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            holds_to(responses.Session, wrong)


@pytest.mark.parametrize("name", Ledger.DERIVED)
def test_what_a_ledger_derives_is_kept_shown_and_documented_under_one_name(name: str) -> None:
    assert name in orders.c
    assert name in OrderView.__dataclass_fields__
    assert name in responses.PrivateOrder.model_fields
    assert hasattr(Ledger, name) or name in Ledger.__dataclass_fields__
