"""Control routes: a JSON object whatever the content type says, and only names they know."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.build import a_session, an_intent
from tests.sandbox.conftest import World

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("content_type", ["application/json", FORM, "text/plain", "nonsense", None])
def test_json_is_taken_whatever_the_content_type_says(
    client: stripe.StripeClient, world: World, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    path = f"/_sandbox/checkout/sessions/{a_session(client).id}/pay"
    body = b'{"email": "jenny@example.com", "payment_method": "5555555555554444"}'

    answer = world.raw("POST", path, data=body, headers=headers)

    assert answer.status_code == 200
    assert answer.json()["customer_details"]["email"] == "jenny@example.com"


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "{", "a=b", "\u00e9", "[" * 20_000])
@pytest.mark.parametrize(
    "path",
    ["clock", "reset", "deliveries/flush", "payment_intents/{pi}/settle", "refunds/re_1/settle",
     "checkout/sessions/cs_1/expire", "webhook_secret/roll"],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(
    client: stripe.StripeClient, world: World, path: str, body: str
) -> None:
    intent = an_intent(client)

    answer = world.raw(
        "POST",
        f"/_sandbox/{path.format(pi=intent.id)}",
        data=body.encode(),
        headers={"Content-Type": FORM},
    )

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "body")
    assert client.v1.payment_intents.retrieve(intent.id).id == intent.id


def test_a_name_no_control_knows_is_refused(client: stripe.StripeClient, world: World) -> None:
    path = f"/_sandbox/checkout/sessions/{a_session(client).id}/pay"

    answer = world.raw("POST", path, json={"payment_methd": "4000000000000002"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parameter_unknown")
    assert world.event_types() == []
