"""A proof of the shop's own choice, asked of strangers before Stripe is."""

from __future__ import annotations

import pytest
from flask import Request, Response, jsonify

from checkout_service.settings import SettingsError
from tests.support.stage import Stage
from tests.web.conftest import MERCHANT, SHOP_SITE, MakeApp

CREATE = "/api/v1/checkout-sessions"
CART = {"items": [{"price": "poster-usd", "quantity": 1}]}
PROOF = {"Challenge-Response": "solved"}


def ask(request: Request, *, busy: bool) -> Response | None:
    """Ask when the shop is busy."""
    if not busy or request.headers.get("Challenge-Response") == "solved":
        return None
    answer = jsonify(code="challenge_required", puzzle="three")
    answer.status_code = 403
    return answer


def ask_always(request: Request, *, busy: bool) -> Response | None:
    return ask(request, busy=True)


NOT_CALLABLE = "a text"


def test_a_stranger_without_a_proof_gets_the_hooks_own_answer(
    make_app: MakeApp, shop: Stage
) -> None:
    client = make_app(challenge=f"{__name__}:ask_always").test_client()

    answer = client.post(CREATE, json=CART)
    proven = client.post(CREATE, json=CART, headers=PROOF)

    assert (answer.status_code, answer.get_json()["puzzle"]) == (403, "three")
    assert proven.status_code == 201
    assert len(shop.writes("/v1/checkout/sessions")) == 1


def test_it_is_asked_neither_of_garbage_nor_of_the_merchant(make_app: MakeApp) -> None:
    client = make_app(challenge=f"{__name__}:ask_always").test_client()

    assert client.post(CREATE, json={}).status_code == 422
    assert client.post(CREATE, json=CART, headers=MERCHANT).status_code == 201


def test_it_is_told_when_strangers_keep_the_shop_busy(make_app: MakeApp) -> None:
    client = make_app(challenge=f"{__name__}:ask", create_rate_limit="1 per hour").test_client()

    def buys(n: int, **headers: str) -> int:
        address = {"REMOTE_ADDR": f"192.0.2.{n}"}
        cart = {"items": [{"price": ("poster-usd", "cloth-jpy")[n % 2], "quantity": 1}]}
        return client.post(CREATE, json=cart, environ_base=address, headers=headers).status_code

    statuses = [buys(n) for n in range(1, 25)]

    assert statuses == [201] * 20 + [403] * 4
    assert buys(30, **PROOF) == 201


def test_a_refused_try_is_not_kept_under_its_key(make_app: MakeApp) -> None:
    client = make_app(challenge=f"{__name__}:ask_always").test_client()
    key = {"Idempotency-Key": "a-key-that-nobody-guesses"}

    refused = client.post(CREATE, json=CART, headers=key)
    proven = client.post(CREATE, json=CART, headers=key | PROOF)

    assert (refused.status_code, proven.status_code) == (403, 201)


def test_an_allowed_site_may_send_a_proof(make_app: MakeApp) -> None:
    client = make_app().test_client()

    answer = client.options(
        CREATE,
        headers={
            "Origin": SHOP_SITE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "challenge-response",
        },
    )

    assert "challenge-response" in answer.headers["Access-Control-Allow-Headers"].lower()


@pytest.mark.parametrize(
    "name", ["nothing", "no_such_module:ask", f"{__name__}:missing", f"{__name__}:NOT_CALLABLE"]
)
def test_a_name_that_is_no_callable_stops_the_start(make_app: MakeApp, name: str) -> None:
    with pytest.raises(SettingsError, match="CHALLENGE: "):
        make_app(challenge=name)
