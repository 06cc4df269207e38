"""Every parameter is one that Stripe knows, at any depth, of the right type."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import a_line, an_intent, session_params
from tests.sandbox.conftest import World
from tests.support import sandbox_parameters

UNKNOWN, MISSING, EMPTY = "parameter_unknown", "parameter_missing", "parameter_invalid_empty"


def test_the_table_is_what_the_sdk_says() -> None:
    """Mend it with `python -m tests.support.sandbox_parameters`."""
    assert sandbox_parameters.TABLE.read_text("utf-8") == sandbox_parameters.text()


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"line_item": "x"}, "line_item", UNKNOWN),
        ({"automatic_tax": {"enable": True}}, "automatic_tax[enable]", UNKNOWN),
        ({"automatic_tax": {"liability": {}, "x": 1}}, "automatic_tax[x]", UNKNOWN),
        ({"after_expiration": {"recovery": {"allow_promotion_codes": True}}},
         "after_expiration[recovery][enabled]", MISSING),
        ({"ui_mode": "hosted"}, "ui_mode", None),
        ({"locale": "xx"}, "locale", None),
        ({"allow_promotion_codes": "yes"}, "allow_promotion_codes", None),
        ({"automatic_tax": "on"}, "automatic_tax", None),
        ({"line_items": {"first": a_line()}}, "line_items", None),
        ({"expires_at": "tomorrow"}, "expires_at", "parameter_invalid_integer"),
        ({"customer_email": ""}, "customer_email", EMPTY),
    ],
)  # fmt: skip
def test_what_stripe_does_not_know_is_refused(
    client: stripe.StripeClient, change: dict[str, Any], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params=session_params(**change))

    assert refusal.value.param == param
    assert code is None or refusal.value.code == code


def test_a_slip_of_the_pen_is_told(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"Did you mean cancel_url\?"):
        client.v1.checkout.sessions.create(params=session_params(cancle_url="https://shop.test"))


def test_reads_take_only_their_own_parameters(client: stripe.StripeClient) -> None:
    params: Any = {"status": "paid"}
    with pytest.raises(stripe.InvalidRequestError, match="Invalid status: must be one of"):
        client.v1.checkout.sessions.list(params=params)


def test_an_empty_value_takes_away_only_what_can_be_taken_away(
    client: stripe.StripeClient,
) -> None:
    intent = an_intent(client, metadata={"a": "1"}, description="Poster")

    client.v1.payment_intents.update(intent.id, params={"metadata": ""})

    assert client.v1.payment_intents.retrieve(intent.id).metadata.to_dict() == {}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.update(intent.id, params={"currency": ""})
    assert refusal.value.code == EMPTY


def test_a_number_may_be_written_as_an_object_of_bounds(
    client: stripe.StripeClient, world: World
) -> None:
    client.v1.events.list(params={"created": {"gte": 1}})
    client.v1.events.list(params={"created": 1})

    answer = world.raw("GET", "/v1/events?created[since]=1")
    assert answer.json()["error"]["param"] == "created[since]"
    answer = world.raw("GET", "/v1/events?created=soon")
    assert answer.json()["error"]["code"] == "parameter_invalid_integer"
