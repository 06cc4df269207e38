"""Ids that a merchant chooses are given once."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_session
from tests.sandbox.conftest import World

LINK = {
    "id": "plink_chosen",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "500",
    "line_items[0][price_data][product_data][name]": "Mug",
    "line_items[0][quantity]": "1",
}
COUPON = {"id": "plink_chosen", "percent_off": "10", "duration": "once"}


@pytest.mark.parametrize(
    ("path", "form", "change"),
    [
        ("payment_links", LINK, {"line_items[0][price_data][unit_amount]": "900"}),
        ("products", {"id": "mug", "name": "Mug"}, {"name": "Cup"}),
        ("coupons", COUPON, {"percent_off": "50"}),
    ],
)
def test_an_id_chosen_twice_is_refused_and_the_first_stays(
    client: stripe.StripeClient, world: World, path: str, form: dict[str, Any], change: Any
) -> None:
    made = world.raw("POST", f"/v1/{path}", data=form)
    assert made.status_code == 200

    again = world.raw("POST", f"/v1/{path}", data=form | change)

    error = again.json()["error"]
    assert (again.status_code, error["code"]) == (400, "resource_already_exists")
    assert error["message"].endswith("already exists.")
    assert world.raw("GET", f"/v1/{path}/{form['id']}").json() == made.json()
    assert len(world.raw("GET", f"/v1/{path}").json()["data"]) == 1


def test_an_id_that_another_kind_of_thing_has_is_free(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client)

    answer = world.raw("POST", "/v1/products", data={"id": session.id, "name": "Mug"})

    assert answer.json()["object"] == "product"
    assert client.v1.checkout.sessions.retrieve(session.id).id == session.id
    assert client.v1.products.retrieve(session.id).name == "Mug"
