"""The buyer's pages about an order: every state says one thing, and none offers to pay twice."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.ids import number_of
from checkout_service.domain.status import OrderStatus
from tests.support.stage import Bought, Stage
from tests.web import standings as reach
from tests.web.asserts import page
from tests.web.standings import Reach

S = OrderStatus

Case = tuple[Reach, OrderStatus, str, str]

# How it is reached, its status, what its page says of it.
STATES: list[Case] = [
    (reach.pending, S.PENDING, "unpaid", "Not paid yet"),
    (reach.processing, S.PROCESSING, "processing", "on its way"),
    (reach.paid, S.PAID, "paid", "Paid. Thank you!"),
    (reach.failed, S.FAILED, "failed", "The payment failed"),
    (reach.expired, S.EXPIRED, "expired", "has expired"),
    (reach.canceled, S.CANCELED, "expired", "The shop closed this order"),
    (reach.paid_otherwise, S.PAID, "checking", "Your payment has arrived."),
    (reach.shows("thawing"), S.PENDING, "checking", "checking your payment"),
    (reach.refunded, S.REFUNDED, "refunded", "Refunded"),
    (reach.partially_refunded, S.PARTIALLY_REFUNDED, "paid", "$1.00 of it was refunded"),
    (reach.disputed, S.DISPUTED, "disputed", "Your bank has asked"),
    (reach.charged_back, S.CHARGED_BACK, "charged_back", "Returned by your bank"),
    (reach.paid_twice, S.PAID, "paid", "further payment for this order is being checked"),
    (reach.refunded_before_fulfilment, S.REFUNDED, "checking", "arrived and was refunded"),
]
WAITING = (reach.pending, reach.processing)


def state_of(text: str) -> str:
    (state,) = re.findall(r'<main[^>]* data-state="(\w+)"', text)
    return str(state)


def test_an_order_paid_twice_is_checked_until_both_payments_are_back(
    client: FlaskClient, shop: Stage
) -> None:
    bought = shop.link_order("pair")
    payments = [shop.pays(bought)["payment_intent"] for _ in range(2)]
    shop.drops()
    shop.sweeps()
    assert shop.order(bought)["holds"] == ["duplicate_payment"]
    assert not shop.order(bought)["fulfilled"]

    seen = []
    for payment in payments:
        shop.stripe("POST", "/v1/refunds", payment_intent=payment)
        shop.delivers()
        shop.advance(3)
        shop.sweeps()
        seen.append(state_of(page(client.get(f"/orders/{bought.order}"))))

    assert seen == ["checking", "refunded"]


@pytest.mark.parametrize("case", STATES)
def test_each_state_says_exactly_one_thing(client: FlaskClient, shop: Stage, case: Case) -> None:
    reached, status, state, words = case
    bought = reached(shop, reach.SESSION)
    assert shop.order(bought)["status"] == status

    for path in (f"/checkout/success?session_id={bought.session}", f"/orders/{bought.order}"):
        text = page(client.get(path))
        assert state_of(text) == state
        assert words in text
        assert "noindex" in text
        assert "buyer@example.com" not in text
        assert "$50.00" in text


def face_of(text: str) -> tuple[str, str]:
    """Return what a glance takes in: the drawing, and the words beside it."""
    (drawing,) = re.findall(r'<svg class="state-icon[ "].*?</svg>', text, re.DOTALL)
    (heading,) = re.findall(r"<h1>(.*?)</h1>", text)
    return re.sub(r"\s+", " ", drawing), heading.strip()


def test_no_two_fates_of_a_payment_look_or_read_alike(client: FlaskClient, shop: Stage) -> None:
    ends = (
        reach.pending, reach.processing, reach.paid, reach.failed, reach.expired, reach.canceled,
        reach.partially_refunded, reach.refunded, reach.disputed, reach.charged_back,
        reach.paid_otherwise,
    )  # fmt: skip
    faces = [
        face_of(client.get(f"/orders/{reached(shop, reach.SESSION).order}").text)
        for reached in ends
    ]

    assert len({heading for _, heading in faces}) == len(ends)
    assert len({drawing for drawing, _ in faces}) == len(ends) - 1  # both kinds of refund share one


def test_an_order_is_called_by_its_short_number(client: FlaskClient, shop: Stage) -> None:
    order = reach.paid(shop, reach.SESSION).order
    text = client.get(f"/orders/{order}").text

    assert f">{number_of(order)}</a>" in text


def test_every_status_has_a_state() -> None:
    assert {status for _, status, _, _ in STATES} == set(OrderStatus)


def offers_to_pay(text: str) -> bool:
    return 'action="/checkout"' in text or "/c/pay/" in text


@pytest.mark.parametrize("case", STATES)
def test_paying_anew_is_offered_only_when_no_money_can_be_on_its_way(
    client: FlaskClient, shop: Stage, case: Case
) -> None:
    reached, status, *_ = case
    bought = reached(shop, reach.SESSION)

    text = client.get(f"/checkout/success?session_id={bought.session}").get_data(as_text=True)

    assert offers_to_pay(text) is (status in (S.FAILED, S.EXPIRED))


@pytest.mark.parametrize("reached", [reached for reached, *_ in STATES])
def test_only_a_page_that_waits_asks_again(
    client: FlaskClient, shop: Stage, reached: Reach
) -> None:
    bought, waits = reached(shop, reach.SESSION), reached in WAITING

    text = client.get(f"/orders/{bought.order}").get_data(as_text=True)

    assert ("poll.js" in text) is waits
    assert ('http-equiv="refresh"' in text) is waits
    assert (f'data-poll="/api/v1/checkout-sessions/{bought.session}"' in text) is waits


@pytest.mark.parametrize(
    "path",
    [
        "/checkout/success",
        "/checkout/success?session_id=",
        "/checkout/success?session_id=cs_test_unknown",
        "/checkout/success?session_id={CHECKOUT_SESSION_ID}",
        "/checkout/success?session_id=%00%ff",
        "/checkout/success?session_id=" + "a" * 3000,
        "/checkout/cancel",
        "/checkout/cancel?order=",
        "/checkout/cancel?order=ord_unknown",
        "/orders/ord_unknown",
        "/orders/..%2f..",
    ],
)
def test_an_unknown_id_is_one_friendly_page(client: FlaskClient, shop: Stage, path: str) -> None:
    text = page(client.get(path), 404)

    assert "We cannot find that" in text
    assert "your order is safe" in text
    assert not shop.calls()


def left(client: FlaskClient, bought: Bought) -> str:
    return page(client.get(f"/checkout/cancel?order={bought.order}"))


def test_leaving_without_paying_offers_to_resume_or_start_over(
    client: FlaskClient, shop: Stage
) -> None:
    bought = shop.buys()

    text = left(client, bought)

    assert "you were not charged" in text
    assert f'href="{bought.url}"' in text
    assert f'name="order" value="{bought.order}"' in text


@pytest.mark.parametrize("reached", [reach.failed, reach.expired])
def test_what_is_over_can_only_be_started_over(
    client: FlaskClient, shop: Stage, reached: Reach
) -> None:
    text = left(client, reached(shop, reach.SESSION))

    assert "Resume" not in text
    assert "Start over" in text


def test_who_was_turned_away_by_the_bank_is_not_said_to_have_left(
    client: FlaskClient, shop: Stage
) -> None:
    text = left(client, reach.failed(shop, reach.SESSION))

    assert "The payment failed" in text
    assert "You left before paying" not in text


@pytest.mark.parametrize("reached", [reach.paid, reach.processing, reach.refunded])
def test_the_cancel_page_of_an_order_with_money_shows_the_order(
    client: FlaskClient, shop: Stage, reached: Reach
) -> None:
    bought = reached(shop, reach.SESSION)

    response = client.get(f"/checkout/cancel?order={bought.order}")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/orders/{bought.order}"


def test_the_cancel_page_of_a_canceled_order_leads_nowhere_that_is_closed(
    client: FlaskClient, shop: Stage
) -> None:
    text = left(client, reach.canceled(shop, reach.SESSION))

    assert "The shop closed this order" in text
    assert not offers_to_pay(text)
    assert "Start over" not in text


def test_starting_over_goes_to_the_open_session(client: FlaskClient, shop: Stage) -> None:
    bought = shop.buys()

    response = client.post("/checkout", data={"order": bought.order})

    assert (response.status_code, response.headers["Location"]) == (303, bought.url)


@pytest.mark.parametrize("reached", [reach.paid, reach.processing, reach.canceled])
def test_what_cannot_be_started_over_shows_the_order(
    client: FlaskClient, shop: Stage, reached: Reach
) -> None:
    order = reached(shop, reach.SESSION).order

    response = client.post("/checkout", data={"order": order})

    assert (response.status_code, response.headers["Location"]) == (303, f"/orders/{order}")


@pytest.mark.parametrize("order", ["", "ord_unknown", "https://evil.example", "//evil.example"])
def test_starting_over_an_unknown_order_is_a_404(client: FlaskClient, order: str) -> None:
    page(client.post("/checkout", data={"order": order}), 404)
