"""Leaving by a link and coming back, against hostile requests."""

from __future__ import annotations

import re

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from checkout_service.web.pages import link_cookie
from checkout_service.web.pages.link_cookie import Kept
from tests.support.link_shop import link_url
from tests.web.asserts import page
from tests.web.links.doors import BUY, NOBODY, POLL, MakeApp, no_order, reference_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], scope="module")


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
