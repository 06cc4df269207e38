"""The links' API against hostile requests."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.asserts import problem
from tests.web.conftest import SHOP_SITE
from tests.web.links.doors import CREATE, NOBODY, POLL, MakeApp, no_order

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], scope="module")


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
