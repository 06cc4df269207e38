"""PaymentIntents as a frontend with a form of its own asks for them: one order, one open intent."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.running_shop import DECLINED, GOOD, IBAN_BAD, IBAN_GOOD, MUG, POSTER, Shop
from tests.support.running_stack import KEY, http, until

INTENTS = "/api/v1/payment-intents"
CARDS = {
    GOOD: "pm_card_visa",
    DECLINED: "pm_card_chargeDeclined",
}


def create(shop: Shop, body: Any = POSTER, *, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    answer = shop.request("POST", INTENTS, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def confirm_at_stripe(shop: Shop, intent: Any, method: str) -> int:
    """Confirm as Stripe.js does: with the client secret and the publishable key."""
    form = {"payment_method": CARDS[method]} if method in CARDS else _debit(method)
    form |= {
        "client_secret": intent["client_secret"],
        "return_url": f"{shop.service.url}/pay/complete",
    }
    answer = http().post(
        f"{shop.sandbox.url}/v1/payment_intents/{intent['id']}/confirm",
        data=form,
        headers={"Authorization": f"Bearer {intent['publishable_key']}"},
        timeout=60,
    )
    return answer.status_code


def _debit(iban: str) -> dict[str, str]:
    method = "payment_method_data"
    return {
        f"{method}[type]": "sepa_debit",
        f"{method}[sepa_debit][iban]": iban,
        f"{method}[billing_details][name]": "A Buyer",
        f"{method}[billing_details][email]": "buyer@example.com",
    }


def seen(shop: Shop, intent: Any) -> Any:
    answer = shop.request("GET", f"{INTENTS}/{intent['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def comes_to(shop: Shop, intent: Any, status: str) -> Any:
    """Poll until the order is in this status; return the answer that says so.

    A poll waits for no turn to ask Stripe, and an event of the very second of a read decides
    nothing: what is known just after the webhook may be older than it.
    """
    until(lambda: seen(shop, intent)["order"]["status"] == status, what=status)
    return seen(shop, intent)


def test_the_server_says_the_amount_and_hands_out_the_secret_once(shop: Shop) -> None:
    intent = create(shop)

    at_stripe = shop.stripe(f"/v1/payment_intents/{intent['id']}")
    assert (at_stripe["amount"], at_stripe["currency"]) == (5000, "usd")
    assert at_stripe["metadata"]["order_id"] == intent["order"]["id"]
    assert at_stripe["automatic_payment_methods"]["enabled"] is True
    assert intent["client_secret"] == at_stripe["client_secret"]
    assert intent.keys() == {
        "id", "client_secret", "publishable_key", "status", "final", "order",
    }  # fmt: skip
    assert "client_secret" not in seen(shop, intent)


def test_a_card_pays(shop: Shop) -> None:
    intent = create(shop)

    assert confirm_at_stripe(shop, intent, GOOD) == 200
    shop.flush()

    told = comes_to(shop, intent, "paid")
    assert (told["status"], told["final"]) == ("succeeded", True)
    assert shop.state(f"/orders/{intent['order']['id']}") == "paid"


def test_a_declined_card_tries_again_on_the_same_intent(shop: Shop) -> None:
    intent = create(shop)
    assert confirm_at_stripe(shop, intent, DECLINED) == 402
    shop.flush()
    declined = seen(shop, intent)
    assert (declined["status"], declined["order"]["status"]) == (
        "requires_payment_method", "pending",
    )  # fmt: skip

    again = create(shop, {"order": intent["order"]["id"]})
    assert (again["id"], again["client_secret"]) == (intent["id"], intent["client_secret"])
    assert confirm_at_stripe(shop, again, GOOD) == 200
    shop.flush()

    comes_to(shop, intent, "paid")


def test_a_changed_cart_changes_the_open_intent(shop: Shop) -> None:
    intent = create(shop)
    items = {"items": [{"price": "poster-usd", "quantity": 3}]}

    again = create(shop, {"order": intent["order"]["id"], **items})

    assert again["id"] == intent["id"]
    assert again["order"]["amount_total"] == 7500
    assert shop.stripe(f"/v1/payment_intents/{intent['id']}")["amount"] == 7500
    assert confirm_at_stripe(shop, again, GOOD) == 200
    shop.flush()
    told = comes_to(shop, intent, "paid")["order"]
    assert (told["holds"], told["amount_paid"]) == ([], 7500)


def test_an_order_does_not_change_its_currency(shop: Shop) -> None:
    intent = create(shop)
    body = {"order": intent["order"]["id"], **MUG}

    answer = shop.request("POST", INTENTS, json=body)

    assert answer.status_code == 422


def test_five_at_once_make_one_intent(shop: Shop) -> None:
    key = secrets.token_hex(16)

    def press(_: int) -> Any:
        return shop.request("POST", INTENTS, json=POSTER, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(press, range(5)))

    assert {answer.status_code for answer in answers} <= {201, 409, 503}  # 503: reads are spent
    (made,) = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    order = create(shop, POSTER, key=key)
    assert order["id"] == made
    listed = shop.stripe("/v1/payment_intents", limit=100)["data"]
    mine = [one for one in listed if one["metadata"].get("order_id") == order["order"]["id"]]
    assert [one["id"] for one in mine] == [made]


def test_a_replay_brings_the_secret_though_it_is_kept_nowhere(shop: Shop) -> None:
    key = secrets.token_hex(16)
    first = create(shop, key=key)

    answer = shop.request("POST", INTENTS, json=POSTER, headers={"Idempotency-Key": key})

    assert answer.headers["Idempotent-Replayed"] == "true"
    assert answer.json() == first


@pytest.mark.parametrize(
    "body",
    [
        {}, {"items": []}, {"items": POSTER["items"], "success_url": "http://127.0.0.1/"},
        {"items": [{"price": "gone", "quantity": 1}]}, {"items": POSTER["items"], "amount": 1},
        {"items": POSTER["items"], "mode": "subscription"}, {"order": "x", "metadata": {}},
        {"items": POSTER["items"], "currency": "eur"},
    ],
)  # fmt: skip
def test_a_wrong_cart_makes_no_intent(shop: Shop, body: Any) -> None:
    answer = shop.request("POST", INTENTS, json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text


@pytest.mark.parametrize(
    "name", ["pi_unknown", "pi_" + "A" * 24, "x", "%00", "cs_test_" + "a" * 58]
)
def test_an_unknown_intent_is_not_found_and_stripe_is_not_asked(shop: Shop, name: str) -> None:
    before = len(shop.sandbox.call("GET", "requests")["data"])

    answer = shop.request("GET", f"{INTENTS}/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    asked = shop.sandbox.call("GET", "requests")["data"][before:]
    assert [one for one in asked if name in one["path"]] == []


def test_each_way_of_paying_keeps_to_its_own_door(shop: Shop) -> None:
    intent, session = create(shop), shop.open()
    shop.pays(session["id"])
    shop.flush()
    behind = shop.detail(session["id"])["payment_intent"]

    crossed = shop.request("POST", INTENTS, json={"order": shop.open()["order"]["id"]}, headers=KEY)
    other = shop.create({"order": intent["order"]["id"]})

    assert (crossed.status_code, crossed.json()["code"]) == (409, "wrong_flow")
    assert (other.status_code, other.json()["code"]) == (409, "wrong_flow")
    assert shop.request("GET", f"{INTENTS}/{behind}").status_code == 404
    shop.fulfils_once(session["id"])


def test_a_paid_order_gets_no_second_intent(shop: Shop) -> None:
    intent = create(shop)
    confirm_at_stripe(shop, intent, GOOD)

    answer = shop.request("POST", INTENTS, json={"order": intent["order"]["id"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "order_paid")


def test_an_intent_canceled_at_stripe_is_replaced_by_one(shop: Shop) -> None:
    intent = create(shop)
    shop.stripe_post(f"/v1/payment_intents/{intent['id']}/cancel")
    shop.flush()
    comes_to(shop, intent, "failed")

    again = create(shop, {"order": intent["order"]["id"]})

    assert again["id"] != intent["id"]
    assert confirm_at_stripe(shop, again, GOOD) == 200
    shop.flush()
    comes_to(shop, again, "paid")


@pytest.mark.parametrize(
    ("iban", "outcome", "status"),
    [(IBAN_GOOD, "succeeded", "paid"), (IBAN_BAD, "failed", "failed")],
)
def test_a_debit_settles_days_later(shop: Shop, iban: str, outcome: str, status: str) -> None:
    intent = create(shop, MUG)
    assert confirm_at_stripe(shop, intent, iban) == 200
    shop.flush()
    comes_to(shop, intent, "processing")
    retry = shop.request("POST", INTENTS, json={"order": intent["order"]["id"]})
    assert (retry.status_code, retry.json()["code"]) == (409, "money_in_flight")

    shop.sandbox.call("POST", f"payment_intents/{intent['id']}/settle", {"outcome": outcome})
    shop.flush()

    # A failure after "processing" may be old news: it is believed after a look at Stripe.
    comes_to(shop, intent, status)
