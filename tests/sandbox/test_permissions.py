"""Restricted keys at the sandbox: what they are given, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_session, an_intent
from tests.sandbox.conftest import World

KEY = "rk_test_chosen"


def given(world: World, *permissions: str) -> stripe.StripeClient:
    world.call("PUT", "keys", {"key": KEY, "permissions": list(permissions)})
    return world.client(KEY)


def test_a_key_does_what_it_was_given_and_writing_includes_reading(world: World) -> None:
    chosen = given(world, "rak_checkout_session_write")

    session = a_session(chosen)

    assert chosen.v1.checkout.sessions.retrieve(session.id).id == session.id
    with pytest.raises(stripe.PermissionError, match="rak_payment_intent_write"):
        an_intent(chosen)
    with pytest.raises(stripe.PermissionError, match="rak_event_read"):
        chosen.v1.events.list()


def test_reading_is_not_writing_and_an_expansion_is_reading(world: World) -> None:
    paid = a_session(world.client())
    world.pay(paid.id)
    chosen = given(world, "rak_checkout_session_read", "rak_payment_intent_read")
    deep: Any = {"expand": ["payment_intent.latest_charge"]}

    with pytest.raises(stripe.PermissionError, match="rak_checkout_session_write"):
        a_session(chosen)
    with pytest.raises(stripe.PermissionError, match="rak_charge_read"):
        chosen.v1.checkout.sessions.retrieve(paid.id, params=deep)

    chosen = given(world, "rak_checkout_session_read", "rak_charge_write")
    assert chosen.v1.checkout.sessions.retrieve(paid.id, params=deep).payment_intent


def test_a_reset_takes_permissions_back(world: World) -> None:
    chosen = given(world, "rak_event_read")
    assert chosen.v1.events.list().data == []

    world.call("POST", "reset")

    with pytest.raises(stripe.PermissionError):
        chosen.v1.events.list()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": KEY},
        {"key": "sk_test_1", "permissions": []},
        {"key": KEY, "permissions": "rak_event_read"},
        {"key": KEY, "permissions": ["event_read"]},
        {"key": KEY, "permissions": [None]},
    ],
)
def test_what_is_no_key_or_no_permission_is_refused(world: World, body: dict[str, Any]) -> None:
    assert world.raw("PUT", "/_sandbox/keys", json=body).status_code == 400
