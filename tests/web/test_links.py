"""The doors of the Payment Links against hostile requests: real use cases, and no Stripe at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from checkout_service import create_app
from checkout_service.settings import Settings
from checkout_service.web.pages import link_cookie
from checkout_service.web.pages.link_cookie import Kept
from tests.support.databases import Databases
from tests.support.link_shop import catalog_text, link_url
from tests.web.asserts import page, problem
from tests.web.conftest import API_KEY, BASE, SHOP_SITE

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], scope="module")

BUY = "https://buy.example"
CREATE = "/api/v1/payment-links/print/orders"
POLL = "/api/v1/payment-links/orders/"
NOBODY = "cs_test_nobody"
MakeApp = Callable[..., Flask]


@pytest.fixture(scope="module")
def make_app(
    databases: Databases, database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeApp]:
    catalog = tmp_path_factory.mktemp("links") / "catalog.toml"
    catalog.write_text(catalog_text(BUY))
    engines: list[Any] = []

    def make(**changes: Any) -> Flask:
        values: dict[str, Any] = {
            "stripe_secret_key": "sk_test_links",
            "stripe_webhook_secret": "whsec_links",
            "stripe_api_base": "http://127.0.0.1:9",
            "database_url": database_url,
            "catalog_file": str(catalog),
            "secret_key": "tests-only",
            "public_base_url": BASE,
            "allowed_origins": SHOP_SITE,
            "api_keys": API_KEY,
            "create_rate_limit": "1000 per minute",
            "poll_rate_limit": "1000 per minute",
        }
        app = create_app(Settings.load(**(values | changes)))
        engines.append(app.extensions["checkout_service"].start_link.database.engine)
        return app

    with contextmanager(databases.at_head)(database_kind) as database_url:
        yield make
        for engine in engines:
            engine.dispose()


@pytest.fixture(scope="module")
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@contextmanager
def no_order(client: FlaskClient) -> Iterator[None]:
    """Check that what happens inside makes no order."""

    def newest() -> Any:
        key = {"Authorization": f"Bearer {API_KEY}"}
        return client.get("/api/v1/orders?limit=1", headers=key).get_json()["data"]

    before = newest()
    yield
    assert newest() == before


def reference_of(answer: TestResponse) -> str:
    return answer.headers["Location"].rpartition("client_reference_id=")[2]


# -- leaving --------------------------------------------------------------------------------------


def test_the_buyer_leaves_with_an_unguessable_reference_and_a_signed_cookie(
    client: FlaskClient,
) -> None:
    answer = client.get("/links/print")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(link_url(BUY, "print") + "?")
    assert re.fullmatch(r"ref_[A-Za-z0-9]{24}", reference_of(answer))
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("links=")
    assert {"HttpOnly", "Path=/links", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_for_https_alone(make_app: MakeApp) -> None:
    answer = make_app(public_base_url="https://pay.example").test_client().get("/links/print")

    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"X-Purpose": "preview"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Mode": "cors"},
    ],
)
def test_whoever_reads_ahead_makes_no_order(client: FlaskClient, headers: dict[str, str]) -> None:
    with no_order(client):
        answer = client.get("/links/print", headers=headers)

    page(answer, 403)
    assert "Set-Cookie" not in answer.headers


def test_a_link_checker_learns_the_address_and_makes_no_order(client: FlaskClient) -> None:
    with no_order(client):
        answer = client.head("/links/print")

    assert (answer.status_code, answer.headers["Location"]) == (303, link_url(BUY, "print"))
    assert "Set-Cookie" not in answer.headers
    assert client.head("/links/nothing").status_code == 404


@pytest.mark.parametrize(
    "link", ["nothing", "..", "print%2F..", "print%00", "%F0%9F%92%B8", "x" * 500]
)
def test_an_unknown_link_is_a_page_that_says_so(client: FlaskClient, link: str) -> None:
    with no_order(client):
        page(client.get(f"/links/{link}"), 404)


def test_posting_to_the_pages_is_refused(client: FlaskClient) -> None:
    assert client.post("/links/print").status_code == 405
    assert client.post("/links/return").status_code == 405


def test_a_browsers_orders_are_kept_newest_first(client: FlaskClient, app: Flask) -> None:
    links = [("print", "pair", "tower", "mug")[turn % 4] for turn in range(7)]
    references = [reference_of(client.get(f"/links/{link}")) for link in links]

    cookie = client.get_cookie("links", path="/links")

    assert cookie is not None
    with app.test_request_context("/links/return", headers={"Cookie": f"links={cookie.value}"}):
        kept = [one.reference for one in link_cookie.read()]
    assert len(set(references)) == 4
    assert kept == [*dict.fromkeys(reversed(references))]


def test_only_the_last_five_are_kept(app: Flask) -> None:
    kept: tuple[Kept, ...] = ()
    for turn in range(7):
        with app.test_request_context("/links/print"):
            response = Response()
            link_cookie.write(response, Kept("print", f"ref_{turn}"), kept)
        cookie = response.headers["Set-Cookie"].partition(";")[0]
        with app.test_request_context("/links/return", headers={"Cookie": cookie}):
            kept = link_cookie.read()

    assert [one.reference for one in kept] == [f"ref_{turn}" for turn in (6, 5, 4, 3, 2)]


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "WyJhIl0.x.y", "a" * 4000, "W1sicHJpbnQiLCJyZWZfMSJdXQ.aaaaaa.bbbbbbbbbbbbbbbbbbbb"],
)
def test_a_cookie_that_is_not_ours_is_no_cookie(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("links", cookie, path="/links")

    assert 'data-state="checking"' in page(client.get(f"/links/return?session_id={NOBODY}"))
    assert client.get("/links/print").status_code == 303


def test_a_cookie_signed_with_another_key_opens_nothing(make_app: MakeApp) -> None:
    other, mine = make_app(secret_key="another").test_client(), make_app().test_client()
    other.get("/links/print")
    cookie = other.get_cookie("links", path="/links")
    assert cookie is not None
    mine.set_cookie("links", cookie.value, path="/links")

    assert 'data-state="checking"' in page(mine.get("/links/return"))


def test_leaving_is_limited_for_one_address(make_app: MakeApp) -> None:
    client = make_app(create_rate_limit="3 per hour").test_client()
    statuses = [client.get("/links/print").status_code for _ in range(4)]

    assert statuses == [303, 303, 303, 429]


# -- coming back ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "?session_id=", "?session_id={CHECKOUT_SESSION_ID}", f"?session_id={NOBODY}"]
)
def test_the_browsers_own_order_is_shown_while_stripe_is_silent(
    client: FlaskClient, query: str
) -> None:
    reference = reference_of(client.get("/links/print"))

    answer = client.get(f"/links/return{query}")

    text = page(answer)
    session = f"?session_id={NOBODY}" if query.endswith(NOBODY) else ""
    assert 'data-state="unpaid"' in text
    assert f'data-poll="{POLL}{reference}{session}"' in text
    assert 'http-equiv="refresh"' in text
    assert 'href="/links/print"' in text
    assert "/checkout/cancel" not in text
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "session", ["", NOBODY, "<script>alert(1)</script>", "cs_test_a&b=c", "%00"]
)
def test_without_a_cookie_it_only_says_that_it_is_checked(
    client: FlaskClient, session: str
) -> None:
    text = page(client.get("/links/return", query_string={"session_id": session}))

    assert 'data-state="checking"' in text
    assert "data-poll" not in text
    assert "script>alert" not in text
    assert "ord_" not in text


# -- the API --------------------------------------------------------------------------------------


def test_a_frontend_gets_an_address_a_reference_and_the_order(client: FlaskClient) -> None:
    answer = client.post(CREATE)

    body = answer.get_json()
    assert answer.status_code == 201
    assert body.keys() == {"url", "client_reference_id", "order"}
    assert body["url"].endswith("?client_reference_id=" + body["client_reference_id"])
    assert (body["order"]["status"], body["order"]["amount_total"]) == ("pending", 2500)
    assert "client_reference_id" not in body["order"]


def test_one_key_is_one_order(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "the-same-key-once-again"}
    first, again = client.post(CREATE, headers=key), client.post(CREATE, headers=key)

    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert client.post(CREATE).get_json()["order"]["id"] != first.get_json()["order"]["id"]


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b'{"amount":1}', "application/json", 422, "invalid_input"),
        (b"[]", "application/json", 422, "invalid_input"),
        (b"{", "application/json", 400, "bad_request"),
        (b"amount=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"a":"' + b"x" * 70_000 + b'"}', "application/json", 413, "too_large"),
    ],
)
def test_a_create_takes_no_body(
    client: FlaskClient, data: bytes, kind: str, status: int, code: str
) -> None:
    with no_order(client):
        problem(client.post(CREATE, data=data, content_type=kind), status, code)


def test_a_create_for_an_unknown_link_is_not_found(client: FlaskClient) -> None:
    problem(client.post("/api/v1/payment-links/nothing/orders"), 404, "not_found")


def test_a_poll_tells_the_local_answer_and_when_to_ask_again(client: FlaskClient) -> None:
    reference = client.post(CREATE).get_json()["client_reference_id"]

    for query in ("", f"?session_id={NOBODY}", "?utm_source=mail&order=ord_1"):
        answer = client.get(f"{POLL}{reference}{query}")
        assert answer.status_code == 200
        assert answer.headers["Retry-After"] in ("1", "2")
        body = answer.get_json()
        assert body.keys() == {"order", "final"}
        assert (body["final"], body["order"]["status"]) == (False, "pending")


def test_polls_are_no_cache_and_allowed_to_other_origins(client: FlaskClient) -> None:
    reference = client.post(CREATE).get_json()["client_reference_id"]

    answer = client.get(f"{POLL}{reference}", headers={"Origin": SHOP_SITE})

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP_SITE
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    "path",
    [
        "ref_" + "a" * 24,
        "ref_",
        "ref_" + "a" * 23 + "%0A",
        "x" * 2000,
        "%00",
        "ref_%F0%9F%92%B8",
        "' OR 1=1 --",
    ],
)
@pytest.mark.parametrize("query", ["", f"?session_id={NOBODY}"])
def test_references_that_are_not_ours_are_all_alike(
    client: FlaskClient, path: str, query: str
) -> None:
    known = problem(client.get(POLL + "ref_" + "b" * 24), 404, "not_found")

    body = problem(client.get(f"{POLL}{path}{query}"), 404, "not_found")

    assert body | {"request_id": ""} == known | {"request_id": ""}


@pytest.mark.parametrize(
    "session", ["", "cs_test_", "cs_live", "pi_123", "cs_test_a/../b", "cs_test_" + "a" * 300, "é"]
)
def test_a_malformed_session_id_is_not_found(client: FlaskClient, session: str) -> None:
    reference = client.post(CREATE).get_json()["client_reference_id"]

    answer = client.get(f"{POLL}{reference}", query_string={"session_id": session})

    problem(answer, 404, "not_found")


def test_polling_is_limited_for_one_address(make_app: MakeApp) -> None:
    client = make_app(poll_rate_limit="2 per hour").test_client()
    reference = client.post(CREATE).get_json()["client_reference_id"]

    statuses = [client.get(f"{POLL}{reference}").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_the_document_describes_both_routes(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]

    poll = paths[POLL + "{client_reference_id}"]["get"]
    assert "session_id" in [parameter["name"] for parameter in poll["parameters"]]
    assert "201" in paths["/api/v1/payment-links/{link}/orders"]["post"]["responses"]
