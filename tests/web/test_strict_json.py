"""Hostile bodies: an answer of the 4xx family, never a 500, never half understood."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from checkout_service.storage.tables import idempotency_keys, orders
from tests.support.stage import Stage
from tests.web.asserts import locs, page, problem
from tests.web.conftest import MERCHANT

CREATE = "/api/v1/checkout-sessions"

NO_JSON = [
    b"",
    b" ",
    b"{",
    b"{'items': []}",
    b'{"items": [NaN]}',
    b'{"items": Infinity}',
    b'{"items": -Infinity}',
    b'{"items": 1e400}',
    b'{"items": 1, "items": 2}',
    b'{"items": [{"price": "a", "price": "b"}]}',
    b'{"items": ' + b"9" * 5000 + b"}",
    b'{"a":' * 50 + b"1" + b"}" * 50,
    b"[" * 30_000 + b"]" * 30_000,
    b'{"items": "\xff\xfe"}',
    b"\xef\xbb\xbf{}",
    '{"order": "x"}'.encode("utf-16"),
    b'{"order": "x"} {"order": "y"}',
    b'{"order": "line\nbreak"}',
    b'{"order": "\x00"}',
    b"undefined",
]


def nothing_is_kept(shop: Stage) -> bool:
    """True if no row was written and nothing was asked of Stripe."""
    with shop.engine.connect() as connection:
        rows = [connection.execute(select(t)).first() for t in (orders, idempotency_keys)]
    return not shop.calls() and rows == [None, None]


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: body[:20].decode("latin-1"))
def test_what_is_no_strict_json_is_a_400(client: FlaskClient, body: bytes) -> None:
    problem(client.post(CREATE, data=body, content_type="application/json"), 400, "bad_request")


@pytest.mark.parametrize("body", ["null", "[]", "1", '"text"', "true", "1.5"])
def test_json_that_is_no_object_is_a_422(client: FlaskClient, body: str) -> None:
    response = client.post(CREATE, data=body, content_type="application/json")

    assert locs(problem(response, 422, "invalid_input")) == {""}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
        "text/json",
        "application/json-seq",
    ],
)
def test_another_content_type_is_a_415(client: FlaskClient, content_type: str | None) -> None:
    response = client.post(CREATE, data=b'{"order":"x"}', content_type=content_type)

    problem(response, 415, "unsupported_media_type")


def test_a_compressed_body_is_a_415(client: FlaskClient) -> None:
    response = client.post(
        CREATE,
        data=b"\x1f\x8b",
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )

    problem(response, 415, "unsupported_media_type")


def test_a_body_beyond_64_kib_is_a_413(client: FlaskClient) -> None:
    body = json.dumps({"order": "x" * 65_536})

    problem(client.post(CREATE, data=body, content_type="application/json"), 413, "too_large")


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "\udfff tail"])
def test_texts_no_database_can_hold_are_named(client: FlaskClient, text: str) -> None:
    body = json.dumps(
        {"items": [{"price": text, "quantity": 1}], "metadata": {"good": text, text: "x"}}
    )

    response = client.post(CREATE, data=body, content_type="application/json")

    assert locs(problem(response, 422, "invalid_input")) == {
        "items.0.price",
        "metadata.good",
        "metadata",
    }


CARD = "4242 4242-4242 4242"
CART = {"items": [{"price": "poster-usd", "quantity": 1}]}


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        (CART | {"metadata": {"note": CARD}}, "metadata.note"),
        (CART | {"metadata": {CARD: "note"}}, "metadata"),
        (CART | {"client_reference_id": CARD}, "client_reference_id"),
        (CART | {"customer_email": "4242424242424242@example.com"}, "customer_email"),
        (CART | {"success_url": f"https://site.example/?{CARD}"}, "success_url"),
        ({"items": [{"price": CARD, "quantity": 1}]}, "items.0.price"),
        ({"items": [{"price": "poster-usd", "quantity": 4242424242424242}]}, "items.0.quantity"),
        ({"order": CARD}, "order"),
        ({CARD: 1}, ""),
    ],
)
def test_a_strangers_card_number_is_refused_and_nothing_is_kept(
    client: FlaskClient,
    shop: Stage,
    capsys: pytest.CaptureFixture[str],
    body: dict[str, object],
    loc: str,
) -> None:
    key = {"Idempotency-Key": "a-key-that-is-long-enough"}

    told = problem(client.post(CREATE, json=body, headers=key), 422, "card_number")

    assert locs(told) == {loc}
    assert nothing_is_kept(shop)
    written = str(told) + capsys.readouterr().out
    assert "4242" not in written


def test_a_card_number_is_no_key_either(client: FlaskClient, shop: Stage) -> None:
    key = {"Idempotency-Key": f"cart {CARD}"}

    told = problem(client.post(CREATE, json=CART, headers=key), 422, "card_number")

    assert locs(told) == {"Idempotency-Key"}
    assert nothing_is_kept(shop)


def test_a_form_with_a_card_number_is_refused(client: FlaskClient, shop: Stage) -> None:
    for name in ("price", "quantity", "token", "order", "note", CARD):
        form = {"price": "poster-usd", "quantity": "1", name: CARD}
        assert "4242" not in page(client.post("/checkout", data=form), 422)

    assert nothing_is_kept(shop)


@pytest.mark.parametrize("disposition", ["form-data", "nothing", "", 'form-data; filename="x"'])
def test_a_form_with_a_part_without_a_name_is_a_400(client: FlaskClient, disposition: str) -> None:
    body = f"--x\r\nContent-Disposition: {disposition}\r\n\r\nvalue\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"

    page(client.post("/checkout", data=body, content_type=kind), 400)


def test_a_request_id_that_holds_a_card_number_is_replaced(client: FlaskClient) -> None:
    given = "4242-4242-4242-4242-order"

    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


def test_the_merchants_references_are_its_own_affair(client: FlaskClient, shop: Stage) -> None:
    body = CART | {"client_reference_id": "4242424242424242"}

    assert client.post(CREATE, json=body, headers=MERCHANT).status_code == 201


@pytest.mark.parametrize("name", ["order", "items"])
def test_a_null_that_would_act_is_refused(client: FlaskClient, shop: Stage, name: str) -> None:
    answer = client.post(CREATE, json=CART | {"order": "ord_x"} | {name: None})

    assert name in locs(problem(answer, 422, "invalid_input"))
    assert nothing_is_kept(shop)


@pytest.mark.parametrize("name", ["sk_live_51abcdef", "whsec_c2VjcmV0", "a@b.example", "4" * 3000])
def test_a_422_never_repeats_what_looks_like_a_secret(client: FlaskClient, name: str) -> None:
    for body in ({name: 1}, CART | {"metadata": {name: 5}}, CART | {"metadata": {f"[{name}": ""}}):
        answer = client.post(CREATE, json=body)
        problem(answer, 422, "invalid_input")
        assert name not in answer.get_data(as_text=True)


def test_depth_is_measured_before_anything_is_parsed(client: FlaskClient) -> None:
    deep = b'{"metadata": {"a]]]": "[[[\\"[[[", "b": ' + b"[" * 17
    told = problem(
        client.post(CREATE, data=deep, content_type="application/json"), 400, "bad_request"
    )
    flat = b'{"metadata": {"a": "' + b"[" * 100 + b'"}, "items": ' + b"[]" + b"}"
    answer = client.post(CREATE, data=flat, content_type="application/json")

    assert told["detail"] == "The body is nested too deeply."
    assert locs(problem(answer, 422, "invalid_input")) == {"items"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
fields = st.dictionaries(
    st.sampled_from(
        ["items", "order", "mode", "metadata", "success_url", "locale", "customer_email", "x"]
    ),
    json_values | st.lists(st.fixed_dictionaries({"price": json_values, "quantity": json_values})),
    max_size=4,
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=fields | json_values)
def test_no_body_at_all_is_a_server_error(client: FlaskClient, shop: Stage, body: object) -> None:
    response = client.post(CREATE, data=json.dumps(body), content_type="application/json")

    assert response.status_code in (201, 400, 404, 413, 422)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=200))
def test_no_bytes_at_all_are_a_server_error(client: FlaskClient, body: bytes) -> None:
    response = client.post(CREATE, data=body, content_type="application/json")

    assert response.status_code in (400, 422)
