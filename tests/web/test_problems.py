"""Every error has a status, and no error says more than it should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from checkout_service.domain import errors as e
from checkout_service.web.http.problems import STATUS_OF
from tests.support.stage import Stage, calling, writing
from tests.web.asserts import page, problem


def every(kind: type[e.CheckoutError]) -> Iterator[type[e.CheckoutError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from every(narrower)


@pytest.mark.parametrize("kind", list(every(e.CheckoutError)), ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_its_own_status(kind: type[e.CheckoutError]) -> None:
    assert kind in STATUS_OF


CART = {"items": [{"price": "poster-usd", "quantity": 1}]}
FAILURES = [
    (e.OrderPaid(), 409, "order_paid", None),
    (e.MoneyInFlight(), 409, "money_in_flight", None),
    (e.OrderCanceled(), 409, "order_canceled", None),
    (e.WrongFlow(), 409, "wrong_flow", None),
    (e.PullMode(), 501, "pull_mode", None),
    (e.UnknownToStripe(), 409, "unknown_to_stripe", None),
    (e.StripeRejected("No such price: 'price_secret'"), 502, "stripe_rejected", None),
    (e.StripeUnavailable(retry_after=7), 503, "stripe_unavailable", "7"),
    (e.ReadsSpent(1500), 503, "reads_spent", "2"),
    (e.DatabaseUnavailable(), 503, "database_unavailable", "2"),
    (e.StaleOrder("ord_x"), 503, "stale_order", "1"),
]


@pytest.mark.parametrize("case", FAILURES, ids=lambda case: case[2])
def test_a_failure_is_told_as_a_problem(
    client: FlaskClient, shop: Stage, case: tuple[e.CheckoutError, int, str, str | None]
) -> None:
    failure, status, code, wait = case
    shop.fails(writing("begins"), failure)

    response = client.post("/api/v1/checkout-sessions", json=CART)

    body = problem(response, status, code)
    assert response.headers.get("Retry-After") == wait
    assert "price_secret" not in str(body)


def test_an_unknown_exception_is_a_plain_500_without_its_words(
    client: FlaskClient, shop: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.fails(writing("begins"), RuntimeError("a canary in the coal mine"))

    body = problem(client.post("/api/v1/checkout-sessions", json=CART), 500, "internal_error")
    text = page(client.post("/checkout", data={"price": "poster-usd"}), 500)

    assert "canary" not in text + str(body)
    assert "canary" in capsys.readouterr().out


def test_a_database_error_that_slipped_through_is_a_503(client: FlaskClient, shop: Stage) -> None:
    failure = OperationalError("SELECT canary", {}, Exception("canary"))
    shop.fails(calling("POST", "/v1/checkout/sessions"), failure)

    response = client.post("/api/v1/checkout-sessions", json=CART)

    body = problem(response, 503, "database_unavailable")
    assert response.headers["Retry-After"]
    assert "canary" not in str(body)


def test_nothing_found_has_one_body_but_for_the_request_id(client: FlaskClient) -> None:
    paths = [
        "/api/v1/checkout-sessions/cs_test_unknown",
        "/api/v1/checkout-sessions/x",
        "/api/v1/checkout-sessions/%00",
        "/api/v1/checkout-sessions/..%2f..%2fv1",
        "/api/v1/checkout-sessions/" + "a" * 3000,
        "/api/v1/checkout-sessions/cs_test_%F0%9F%92%A9",
        "/api/v1/nothing",
    ]
    bodies = [problem(client.get(path), 404, "not_found") for path in paths]

    assert len({str(body | {"request_id": ""}) for body in bodies}) == 1


def test_a_wrong_method_is_told_which_are_right(client: FlaskClient) -> None:
    response = client.delete("/api/v1/checkout-sessions")

    problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]
    page(client.get("/checkout"), 405)


def test_people_get_a_page_with_the_reference_of_the_log(client: FlaskClient) -> None:
    response = client.get("/nowhere")

    assert response.headers["X-Request-ID"] in page(response, 404)


def test_a_page_error_escapes_what_it_repeats(app: Flask) -> None:
    text = page(
        app.test_client().post("/checkout", data={"price": "<script>", "quantity": "<b>"}), 422
    )

    assert "<script>" not in text
    assert "<b>" not in text
