"""The portal's configurations: made, changed, named by a session of the portal."""

from __future__ import annotations

from typing import Any

from tests.sandbox.nearby import Nearby

FEATURES: dict[str, Any] = {
    "customer_update": {"enabled": True, "allowed_updates": ["email", "tax_id"]},
    "invoice_history": {"enabled": True},
    "subscription_cancel": {
        "enabled": True, "mode": "immediately",
        "cancellation_reason": {"enabled": True, "options": ["unused", "other"]},
    },
    "subscription_update": {
        "enabled": True, "default_allowed_updates": ["price"],
        "products": [{"product": "prod_1", "prices": ["price_1"]}],
    },
}  # fmt: skip
BACK = "https://shop.test/account"


def made(near: Nearby, **more: Any) -> dict[str, Any]:
    return near.do("POST", "billing_portal/configurations", features=FEATURES, **more)


def test_a_configuration_says_what_customers_may_do(near: Nearby) -> None:
    thing = made(near, default_return_url=BACK, metadata={"a": "1"}, name="Clubs")

    told = thing["features"]
    assert told["customer_update"] == FEATURES["customer_update"]
    assert told["subscription_cancel"]["mode"] == "immediately"
    assert told["subscription_cancel"]["cancellation_reason"]["options"] == ["unused", "other"]
    assert told["subscription_update"]["products"][0]["prices"] == ["price_1"]
    assert told["payment_method_update"]["enabled"] is False
    assert (thing["active"], thing["is_default"], thing["name"]) == (True, False, "Clubs")
    assert near.events() == ["billing_portal.configuration.created"]


def test_a_configuration_is_changed_a_feature_at_a_time(near: Nearby) -> None:
    name = made(near)["id"]
    path = f"billing_portal/configurations/{name}"

    changed = near.do(
        "POST", path, active=False, business_profile={"headline": "Hello"},
        features={"invoice_history": {"enabled": False}, "customer_update": {"enabled": False}},
    )  # fmt: skip

    assert changed == near.do("GET", path)
    assert changed["business_profile"]["headline"] == "Hello"
    assert changed["features"]["invoice_history"]["enabled"] is False
    assert changed["features"]["customer_update"]["allowed_updates"] == ["email", "tax_id"]
    assert changed["features"]["subscription_cancel"]["enabled"] is True
    assert near.events()[-1] == "billing_portal.configuration.updated"
    listed = near.do("GET", "billing_portal/configurations", active=True)["data"]
    assert listed == []
    owner = near.do("POST", "customers")["id"]
    refusal = near.refused("POST", "billing_portal/sessions", customer=owner, configuration=name)
    assert refusal == (None, "configuration")


def test_a_session_of_the_portal_names_its_configuration(near: Nearby) -> None:
    owner, own = near.do("POST", "customers")["id"], made(near, default_return_url=BACK)["id"]

    session = near.do("POST", "billing_portal/sessions", customer=owner, configuration=own)

    assert session["configuration"] == own
    assert BACK in near.page(f"/p/session/{session['id']}").text
    nobody = {"customer": owner, "configuration": "bpc_nobody"}
    refusal = near.refused("POST", "billing_portal/sessions", **nobody)
    assert refusal == ("resource_missing", "configuration")


def test_a_session_that_names_none_has_the_default(near: Nearby) -> None:
    owner = near.do("POST", "customers")["id"]

    names = {
        near.do("POST", "billing_portal/sessions", customer=owner)["configuration"]
        for _ in range(2)
    }

    (default,) = near.do("GET", "billing_portal/configurations", is_default=True)["data"]
    assert names == {default["id"]}
    asked = {"customer": owner, "expand": ["configuration"]}
    whole = near.do("POST", "billing_portal/sessions", **asked)
    assert whole["configuration"] == default
    path = f"billing_portal/configurations/{default['id']}"
    assert near.refused("POST", path, active=False) == (None, "active")
