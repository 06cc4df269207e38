"""The buyer's page of an order whose money goes back: on its way, failed, or taken."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.support.stage import Bought, Stage
from tests.web import standings as reach
from tests.web.asserts import page
from tests.web.test_order_pages import face_of, state_of

TICK = "M15 25l6.5 6.5L34 18"


def pending_refund(shop: Stage, amount: int = 3000) -> tuple[Bought, str]:
    bought = reach.paid(shop, reach.SESSION)
    intent = shop.order(bought)["payment_intent"]
    shop.control("POST", f"payment_intents/{intent}/refunds", {"status": "pending"})
    refund = shop.refunds(bought, amount).id
    shop.delivers()
    return bought, refund


def settles(shop: Stage, refund: str, status: str) -> None:
    shop.control("POST", f"refunds/{refund}/settle", {"status": status})
    shop.delivers()


def lost_in_part(shop: Stage, amount: int = 1000) -> Bought:
    bought = reach.paid(shop, reach.SESSION)
    intent = shop.order(bought)["payment_intent"]
    dispute = shop.control("POST", f"payment_intents/{intent}/dispute", {"amount": amount})["id"]
    shop.delivers()
    shop.control("POST", f"disputes/{dispute}/close", {"status": "lost"})
    shop.delivers()
    return bought


def shown(client: FlaskClient, shop: Stage, bought: Bought) -> str:
    first, second = (
        page(client.get(path))
        for path in (f"/checkout/success?session_id={bought.session}", f"/orders/{bought.order}")
    )
    assert face_of(first) == face_of(second)
    assert total_of(first) == total_of(second) == "$50.00"
    assert state_of(second) == "paid"
    return second


def total_of(text: str) -> str:
    (row,) = re.findall(r'<tr class="total">.*?<td>(.*?)</td>', text)
    return str(row)


def test_a_refund_on_its_way_is_told_and_no_tick_contradicts_it(
    client: FlaskClient, shop: Stage
) -> None:
    bought, _ = pending_refund(shop)
    text = shown(client, shop, bought)

    assert "A refund of $30.00 is on its way" in text
    assert "Refund on its way" in text
    assert TICK not in text
    assert "Thank you!" not in text


def test_a_refund_that_did_not_go_through_is_told(client: FlaskClient, shop: Stage) -> None:
    bought, refund = pending_refund(shop)
    settles(shop, refund, "failed")
    text = shown(client, shop, bought)

    assert "A refund of $30.00 did not go through. The shop has been told" in text
    assert "on its way" not in text
    assert TICK not in text


def test_a_refund_that_was_made_good_is_not_told_as_failed(
    client: FlaskClient, shop: Stage
) -> None:
    bought, refund = pending_refund(shop)
    settles(shop, refund, "failed")
    shop.advance(60)
    again = shop.refunds(bought, 3000).id
    shop.delivers()
    assert "did not go through" not in shown(client, shop, bought)

    settles(shop, again, "succeeded")
    text = shown(client, shop, bought)

    assert "did not go through" not in text
    assert "$30.00 of it was refunded" in text


def test_a_dispute_that_was_lost_in_part_is_told(client: FlaskClient, shop: Stage) -> None:
    bought = lost_in_part(shop)
    text = shown(client, shop, bought)

    assert "Partly returned by your bank" in text
    assert "Your bank took $10.00 of this payment back after a dispute." in text
    assert "Taken back by your bank" in text
    assert TICK not in text


def test_what_is_back_and_what_is_on_its_way_are_both_told(
    client: FlaskClient, shop: Stage
) -> None:
    bought = reach.partially_refunded(shop, reach.SESSION)
    intent = shop.order(bought)["payment_intent"]
    shop.control("POST", f"payment_intents/{intent}/refunds", {"status": "pending"})
    shop.refunds(bought, 2000)
    shop.delivers()
    text = shown(client, shop, bought)

    assert "Partly refunded" in text
    assert "$1.00 of it was refunded" in text
    assert "A refund of $20.00 is on its way" in text
