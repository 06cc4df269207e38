"""Where a buyer may be sent: to allowed origins, however an address is written."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.web.http.origins import may_send_buyer_to, with_session_id
from tests.support.stage import Stage
from tests.web.conftest import BASE

CREATE = "/api/v1/checkout-sessions"

HOSTS = [
    "evil.example",
    "site.example.evil.example",
    "evilsite.example",
    "sub.site.example",
    "site.example@evil.example",
    "site.example:x@evil.example",
    "user@site.example",
    ":@site.example",
    "site.example:444",
    "site.example:0443",
    "site.example:",
    "site.example.",
    "site.example%2eevil.example",
    "site.example\\.evil.example",
    "site.example\\@evil.example",
    "\\evil.example",
    "site%E3%80%82example",
    "site\u3002example",
    "s\u0456te.example",
    "\uff53ite.example",
    "site.example\u2044.evil.example",
    "site.example\u200b",
    "site.exam\u00adple",
    "[site.example]",
    "[::1]",
    "2130706433",
    "0x7f.1",
    " site.example",
    "site.example ",
    "\tsite.example",
    "site.example\n.evil.example",
    "site.example\r\nLocation: https://evil.example",
    "site.example\x00.evil.example",
    "site.example;evil.example",
    "site.example,evil.example",
    "site.example#@evil.example",
    "site.example?@evil.example\\",
    "",
]
SCHEMES = ["https://{}/thanks", "//{}/thanks", "https:\\\\{}\\thanks", "http://{}/thanks"]
OTHERS = [
    "",
    "/",
    "/thanks",
    "thanks",
    "site.example",
    "site.example/thanks",
    "https:site.example",
    "https:/site.example/thanks",
    "https:///site.example/thanks",
    "https:////site.example",
    "https://site.example\\@evil.example/",
    "https:\n//site.example/",
    "ht\ntps://site.example/",
    " https://site.example/",
    "https://site.example/ ",
    "https://site.example/\r\nSet-Cookie: a=b",
    "https://site.example/\x00",
    "https://site.example/\u2028",
    "https://site.example/<script>",
    'https://site.example/"onload',
    "https://site.example/`",
    "https://site.example/^",
    "https://site.example/caf\u00e9",
    "https://site.example/\\..\\evil",
    "javascript:alert(1)",
    "JaVaScRiPt://site.example/%0aalert(1)",
    "data:text/html,hi",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://site.example/",
    "wss://site.example/",
    "blob:https://site.example/x",
    "view-source:https://site.example/",
    "https://site.example/" + "a" * 2_000,
    "%68ttps://site.example/",
    "https%3A%2F%2Fsite.example/",
    "//site.example",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https://evil.example/?https://site.example/",
    "https://evil.example#https://site.example/",
    "https://evil.example/https://site.example/",
]
HOSTILE = [scheme.format(host) for host in HOSTS for scheme in SCHEMES[:1] + SCHEMES[3:]]
HOSTILE += [scheme.format(host) for host in HOSTS[:12] for scheme in SCHEMES[1:3]] + OTHERS


def test_none_of_a_hundred_and_more_hostile_addresses_passes(app: Flask) -> None:
    assert len(set(HOSTILE)) > 120
    with app.test_request_context():
        assert [url for url in HOSTILE if may_send_buyer_to(url)] == []


def test_hostile_addresses_are_a_422_and_open_nothing(client: FlaskClient, shop: Stage) -> None:
    for url in HOSTILE[::7]:
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
