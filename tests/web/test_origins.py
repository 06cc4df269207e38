"""Other sites: who may call, and whose forms pass."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.hostile.origins import FOREIGN
from tests.support.stage import Stage
from tests.web.asserts import page, problem
from tests.web.conftest import BASE, MERCHANT, SHOP_SITE, MakeApp
from tests.web.hook import signed_event

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
    make_app: MakeApp,
) -> None:
    client = make_app(allowed_origins="").test_client()

    response = client.get("/api/v1/products", headers={"Origin": SHOP_SITE})

    assert "Access-Control-Allow-Origin" not in response.headers


def test_an_ipv6_origin_is_no_pattern(make_app: MakeApp) -> None:
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
    client: FlaskClient, shop: Stage, headers: dict[str, str]
) -> None:
    page(client.post("/checkout", data=FORM, headers=headers), 403)

    assert not shop.calls()


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
    client: FlaskClient, shop: Stage, headers: dict[str, str], body: str, path: str
) -> None:
    bought = shop.buys()
    shop.forget_calls()

    answer = client.post(
        path.format(session=bought.session), headers=headers | MERCHANT, **BODIES[body]
    )

    problem(answer, 403, "cross_origin")
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert not shop.calls()


def test_an_allowed_site_may_close_its_session_without_a_body(
    client: FlaskClient, shop: Stage
) -> None:
    session = shop.buys().session
    headers = {"Origin": SHOP_SITE, "Sec-Fetch-Site": "cross-site"}

    answer = client.post(f"{CREATE}/{session}/expire", headers=headers)

    assert answer.get_json()["status"] == "expired"


def test_stripes_signature_needs_no_origin(client: FlaskClient, shop: Stage) -> None:
    body, signature = signed_event(shop)
    headers = {"Stripe-Signature": signature, "Origin": "https://evil.example"}

    assert client.post("/webhooks/stripe", data=body, headers=headers).status_code == 200


def test_in_development_the_machine_may_be_called_by_its_other_name(client: FlaskClient) -> None:
    response = client.post(
        "/checkout",
        data=FORM,
        headers={"Origin": "http://localhost:8000", "Host": "localhost:8000"},
    )

    assert response.status_code == 303


def test_in_production_a_host_header_does_not_make_an_origin_ours(make_app: MakeApp) -> None:
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
