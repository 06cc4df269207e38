"""What a session comes to: coupons, promotion codes, shipping, tax."""

from __future__ import annotations

from typing import Any, cast

import pytest
import stripe

from tests.sandbox.build import a_line, a_session
from tests.sandbox.conftest import World

SHIPPING = {
    "shipping_rate_data": {
        "type": "fixed_amount",
        "display_name": "Post",
        "fixed_amount": {"amount": 490, "currency": "usd"},
    }
}


def a_code(client: stripe.StripeClient, **more: Any) -> stripe.PromotionCode:
    coupon = client.v1.coupons.create(params={"percent_off": 20, "duration": "once"})
    params = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "Winter", **more}
    return client.v1.promotion_codes.create(params=cast(Any, params))


def test_everything_adds_up(client: stripe.StripeClient, world: World) -> None:
    code = a_code(client)
    session = a_session(
        client,
        line_items=[a_line(1001), a_line(999, quantity=2)],
        discounts=[{"promotion_code": code.id}],
        shipping_options=[SHIPPING],
        automatic_tax={"enabled": True},
    )
    assert (session.amount_subtotal, session.amount_total) == (2999, 2999 - 599 + 490)

    paid = world.pay(session.id)

    assert paid["total_details"] == {
        "amount_discount": 599, "amount_shipping": 490, "amount_tax": 240,
    }  # fmt: skip
    assert paid["amount_total"] == 2999 - 599 + 490 + 240
    assert paid["automatic_tax"]["status"] == "complete"
    assert paid["shipping_cost"]["amount_total"] == 490
    items = client.v1.checkout.sessions.line_items.list(session.id).data
    assert sum(item.amount_total for item in items) == 2999 - 599 + 240
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).amount == 3130
    assert client.v1.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_a_code_of_ones_own_is_typed_in_any_case(client: stripe.StripeClient, world: World) -> None:
    a_code(client, max_redemptions=1)
    sessions = [a_session(client, 1000, allow_promotion_codes=True) for _ in range(2)]

    def types(session: Any) -> int:
        form = {"action": "promotion", "code": "wInTeR "}
        return world.raw("POST", f"/c/pay/{session.id}", data=form).status_code

    assert types(sessions[0]) == 303
    assert world.pay(sessions[0].id)["amount_total"] == 800
    assert types(sessions[1]) == 400
    found = client.v1.promotion_codes.list(params={"code": "WINTER"}).data[0]
    client.v1.promotion_codes.update(found.id, params={"active": False})
    assert client.v1.promotion_codes.list(params={"active": True}).data == []


def test_a_coupon_of_an_amount_takes_off_no_more_than_there_is(
    client: stripe.StripeClient, world: World
) -> None:
    coupon = client.v1.coupons.create(
        params={"amount_off": 5000, "currency": "usd", "duration": "once", "name": "Big"}
    )
    session = a_session(client, 1500, discounts=[{"coupon": coupon.id}])

    assert session.amount_total == 0
    assert world.pay(session.id)["payment_status"] == "no_payment_required"
    assert client.v1.coupons.retrieve(coupon.id).times_redeemed == 1
    assert len(client.v1.coupons.list().data) == 1


@pytest.mark.parametrize(
    "params",
    [
        {"duration": "once"},
        {"percent_off": 101},
        {"percent_off": "x"},
        {"percent_off": 10, "amount_off": 5, "currency": "usd"},
        {"amount_off": 5},
        {"surprise": 1},
    ],
)
def test_a_wrong_coupon_is_refused(client: stripe.StripeClient, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.coupons.create(params=params)


@pytest.mark.parametrize(
    "more",
    [
        {"discounts": [{"coupon": "no"}]},
        {"discounts": [{"promotion_code": "no"}]},
        {"shipping_options": [{"shipping_rate": "no"}]},
        {"shipping_options": [{"shipping_rate_data": {"display_name": "x"}}]},
    ],
)
def test_a_wrong_addition_is_refused(client: stripe.StripeClient, more: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        a_session(client, **more)


def test_the_command_lines_way_to_pay(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)
    method = client.v1.payment_methods.create(
        params={"type": "card", "card": cast(Any, {"token": "tok_visa"})}
    )
    path = f"/v1/payment_pages/{session.id}"

    assert world.raw("GET", path).json()["id"] == session.id
    wrong = {"payment_method": method.id, "expected_amount": "1"}
    assert world.raw("POST", f"{path}/confirm", data=wrong).status_code == 400
    right = {"payment_method": method.id, "expected_amount": "1500"}
    assert world.raw("POST", f"{path}/confirm", data=right).json()["payment_status"] == "paid"


def test_method_types_are_taken_from_older_callers_only(world: World) -> None:
    form = {"amount": "500", "currency": "usd", "payment_method_types[]": "card"}

    def status(version: str | None) -> int:
        headers = {"Stripe-Version": version} if version else {}
        return world.raw("POST", "/v1/payment_intents", data=form, headers=headers).status_code

    assert [status(None), status("2025-09-30.clover"), status("2026-09-30.endive")] == [
        200, 200, 400,
    ]  # fmt: skip


def test_a_debit_in_another_currency_is_refused_at_once(world: World) -> None:
    form = {"amount": "500", "payment_method_types[]": "sepa_debit"}

    def made(currency: str) -> int:
        headers = {"Stripe-Version": "2025-09-30.clover"}
        data = form | {"currency": currency}
        return world.raw("POST", "/v1/payment_intents", data=data, headers=headers).status_code

    assert (made("eur"), made("usd")) == (200, 400)


def test_payment_methods_are_listed(world: World) -> None:
    card = {"type": "card", "card[number]": "4242424242424242"}
    card |= {"card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}
    made = world.raw("POST", "/v1/payment_methods", data=card).json()["id"]

    listed = world.raw("GET", "/v1/payment_methods?type=card").json()

    assert made in [method["id"] for method in listed["data"]]
    assert world.raw("GET", "/v1/payment_methods?type=sepa_debit").json()["data"] == []
