"""Where a buyer may be sent: to allowed origins, however an address is written."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.web.http.origins import may_send_buyer_to, with_session_id
from tests.support.hostile.redirects import REDIRECTS
from tests.support.stage import Stage
from tests.web.conftest import BASE

CREATE = "/api/v1/checkout-sessions"


def test_none_of_a_hundred_and_more_hostile_addresses_passes(app: Flask) -> None:
    assert len(set(REDIRECTS)) >= 120
    with app.test_request_context():
        assert [url for url in REDIRECTS if may_send_buyer_to(url)] == []


def test_hostile_addresses_are_a_422_and_open_nothing(client: FlaskClient, shop: Stage) -> None:
    for url in REDIRECTS[::7]:
        for field in ("success_url", "cancel_url"):
            body = {"items": [{"price": "poster-usd", "quantity": 1}], field: url}
            assert client.post(CREATE, json=body).status_code == 422, url

    assert not shop.calls()


@pytest.mark.parametrize(
    "url",
    [
        "https://site.example",
        "https://site.example/",
        "https://site.example:443/thanks",
        "https://SITE.example/thanks?x=1&y=%20#part",
        "https://site.example/thanks?session_id={CHECKOUT_SESSION_ID}",
        "https://site.example/?x=//evil.example@",
        "https://site.example/#@evil.example",
        f"{BASE}/anything",
    ],
)
def test_addresses_on_an_allowed_origin_pass(app: Flask, url: str) -> None:
    with app.test_request_context():
        assert may_send_buyer_to(url)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://s.example", "https://s.example?session_id={CHECKOUT_SESSION_ID}"),
        ("https://s.example/a?b=1", "https://s.example/a?b=1&session_id={CHECKOUT_SESSION_ID}"),
        ("https://s.example/a?", "https://s.example/a?session_id={CHECKOUT_SESSION_ID}"),
        ("https://s.example/#x", "https://s.example/?session_id={CHECKOUT_SESSION_ID}#x"),
        ("https://s.example/{CHECKOUT_SESSION_ID}", "https://s.example/{CHECKOUT_SESSION_ID}"),
        (
            "https://s.example/?s=%7BCHECKOUT_SESSION_ID%7D",
            "https://s.example/?s={CHECKOUT_SESSION_ID}",
        ),
    ],
)
def test_the_placeholder_is_sent_literally(given: str, sent: str) -> None:
    assert with_session_id(given) == sent
