"""Other sites: who may call, whose forms pass, and where a buyer may be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.web.http.origins import may_send_buyer_to, with_session_id
from tests.support.hostile.origins import FOREIGN
from tests.support.hostile.redirects import REDIRECTS
from tests.web.asserts import page, problem
from tests.web.conftest import BASE, MERCHANT, SHOP_SITE
from tests.web.fakes import FakeShop, an_order

CREATE = "/api/v1/checkout-sessions"
FORM = {"price": "poster-usd", "quantity": "1"}


@pytest.mark.parametrize("origin", FOREIGN, ids=lambda origin: ascii(origin)[:40])
def test_a_foreign_origin_gets_no_permission(client: FlaskClient, origin: str) -> None:
    for response in (
        client.get("/api/v1/products", headers={"Origin": origin}),
        client.options(CREATE, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}),
    ):
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")]
        assert "Origin" in response.headers["Vary"]


def test_the_foreign_origins_are_forty_at_least() -> None:
    assert len(set(FOREIGN)) >= 40


def test_an_allowed_origin_may_call_and_read_the_headers_it_needs(client: FlaskClient) -> None:
    response = client.get("/api/v1/products", headers={"Origin": SHOP_SITE})

    assert response.headers["Access-Control-Allow-Origin"] == SHOP_SITE
    assert "Access-Control-Allow-Credentials" not in response.headers
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {name.strip() for name in exposed.split(",")} == {
        "Retry-After",
        "X-Request-ID",
        "Idempotent-Replayed",
    }


def test_the_preflight_names_methods_headers_and_its_age(client: FlaskClient) -> None:
    response = client.options(
        CREATE,
        headers={
            "Origin": SHOP_SITE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, idempotency-key, x-evil",
        },
    )

    assert response.status_code == 200
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert "content-type" in allowed
    assert "idempotency-key" in allowed
    assert "x-evil" not in allowed
    methods = response.headers["Access-Control-Allow-Methods"]
    assert {method.strip() for method in methods.split(",")} == {"GET", "POST", "PUT"}
    assert response.headers["Access-Control-Max-Age"] == "600"


def test_errors_can_be_read_across_origins_too(client: FlaskClient) -> None:
    for path in (f"{CREATE}/cs_test_x", "/api/v1/nothing"):
        response = client.get(path, headers={"Origin": SHOP_SITE})
        assert response.status_code == 404
        assert response.headers["Access-Control-Allow-Origin"] == SHOP_SITE


@pytest.mark.parametrize("path", ["/", "/checkout/success?session_id=x", "/healthz", "/orders/x"])
def test_pages_are_never_shared_across_origins(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Origin": SHOP_SITE})

    assert "Access-Control-Allow-Origin" not in response.headers


def test_without_allowed_origins_nobody_calls_across(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(allowed_origins="").test_client()

    response = client.get("/api/v1/products", headers={"Origin": SHOP_SITE})

    assert "Access-Control-Allow-Origin" not in response.headers


def test_an_ipv6_origin_is_no_pattern(make_app: Callable[..., Flask]) -> None:
    client = make_app(allowed_origins="http://[::1]:3000").test_client()

    ours = client.get("/api/v1/products", headers={"Origin": "http://[::1]:3000"})
    other = client.get("/api/v1/products", headers={"Origin": "http://1:3000"})

    assert ours.headers["Access-Control-Allow-Origin"] == "http://[::1]:3000"
    assert "Access-Control-Allow-Origin" not in other.headers


FOREIGN_BROWSERS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "nonsense"},
]


@pytest.mark.parametrize("headers", FOREIGN_BROWSERS, ids=str)
def test_a_form_of_another_site_is_refused(
    client: FlaskClient, shop: FakeShop, headers: dict[str, str]
) -> None:
    page(client.post("/checkout", data=FORM, headers=headers), 403)

    assert not shop.sessions


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": BASE},
        {"Sec-Fetch-Site": "same-origin", "Origin": BASE},
        {"Sec-Fetch-Site": "none"},
        {"Origin": SHOP_SITE},
        {"Sec-Fetch-Site": "cross-site", "Origin": SHOP_SITE},
    ],
    ids=str,
)
def test_our_own_form_and_that_of_an_allowed_site_pass(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.post("/checkout", data=FORM, headers=headers).status_code == 303


BODIES: dict[str, dict[str, Any]] = {
    "no body": {},
    "a cart": {"json": {"items": [{"price": "poster-usd", "quantity": 1}]}},
    "a cart as text": {"data": "{}", "content_type": "text/plain"},
}


@pytest.mark.parametrize("headers", FOREIGN_BROWSERS, ids=str)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "path",
    [CREATE, f"{CREATE}/{{session}}/expire", "/api/v1/orders/ord_x/cancel", "/api/v1/nothing"],
)
def test_another_site_makes_a_browser_do_nothing(
    client: FlaskClient, shop: FakeShop, headers: dict[str, str], body: str, path: str
) -> None:
    session = shop.add(an_order())
    url = path.format(session=session.id)

    answer = client.post(url, headers=headers | MERCHANT, **BODIES[body])

    problem(answer, 403, "cross_origin")
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert list(shop.sessions.values()) == [session]


def test_an_allowed_site_may_close_its_session_without_a_body(
    client: FlaskClient, shop: FakeShop
) -> None:
    session = shop.add(an_order())
    headers = {"Origin": SHOP_SITE, "Sec-Fetch-Site": "cross-site"}

    answer = client.post(f"{CREATE}/{session.id}/expire", headers=headers)

    assert answer.get_json()["status"] == "expired"


def test_stripes_signature_needs_no_origin(client: FlaskClient) -> None:
    headers = {"Stripe-Signature": "good", "Origin": "https://evil.example"}

    assert client.post("/webhooks/stripe", data=b"{}", headers=headers).status_code == 200


def test_in_development_the_machine_may_be_called_by_its_other_name(client: FlaskClient) -> None:
    response = client.post(
        "/checkout",
        data=FORM,
        headers={"Origin": "http://localhost:8000", "Host": "localhost:8000"},
    )

    assert response.status_code == 303


def test_in_production_a_host_header_does_not_make_an_origin_ours(
    make_app: Callable[..., Flask], shop: FakeShop
) -> None:
    client = make_app(
        stripe_api_base=None,
        public_base_url="https://pay.shop.example",
        stripe_publishable_key="pk_test_x",
    ).test_client()

    response = client.post(
        "/checkout",
        data=FORM,
        headers={"Origin": "https://evil.example", "Host": "evil.example"},
        base_url="https://evil.example",
    )

    page(response, 403)


def test_none_of_a_hundred_and_more_hostile_addresses_passes(app: Flask) -> None:
    assert len(set(REDIRECTS)) >= 120
    with app.test_request_context():
        assert [url for url in REDIRECTS if may_send_buyer_to(url)] == []


def test_hostile_addresses_are_a_422_and_open_nothing(client: FlaskClient, shop: FakeShop) -> None:
    for url in REDIRECTS[::7]:
        for field in ("success_url", "cancel_url"):
            body = {"items": [{"price": "poster-usd", "quantity": 1}], field: url}
            assert client.post(CREATE, json=body).status_code == 422, url

    assert not shop.sessions


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
