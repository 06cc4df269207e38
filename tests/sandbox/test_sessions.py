"""Checkout Sessions: made, refused, shown, listed, updated, expired."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest
import stripe

from tests.sandbox.build import a_line, a_session, session_params
from tests.sandbox.conftest import World


def test_a_session_is_open_and_has_its_page(client: stripe.StripeClient) -> None:
    session = a_session(
        client, 700, client_reference_id="ref_1", metadata={"order_id": "ord_1"}, locale="de"
    )

    assert session.id.startswith("cs_test_")
    assert session.url
    assert session.url.endswith(f"/c/pay/{session.id}")
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (700, "usd")
    assert (session.client_reference_id, session.locale) == ("ref_1", "de")
    assert session.metadata is not None
    assert session.metadata["order_id"] == "ord_1"
    assert session.payment_intent is None
    assert session.expires_at - session.created == 86_400
    assert not session.livemode


def test_a_session_can_be_made_of_prices(client: stripe.StripeClient) -> None:
    product = client.v1.products.create(params={"name": "Mug", "metadata": {"sku": "m1"}})
    price = client.v1.prices.create(
        params={"product": product.id, "currency": "usd", "unit_amount": 900}
    )

    session = a_session(client, line_items=[{"price": price.id, "quantity": 3}, a_line(100)])

    assert session.amount_total == 2800
    items = client.v1.checkout.sessions.line_items.list(session.id).data
    assert [item.quantity for item in items] == [3, 1]
    assert [item.description for item in items] == ["Mug", "Poster"]
    assert client.v1.prices.retrieve(price.id).unit_amount == 900
    assert client.v1.products.retrieve(product.id).metadata["sku"] == "m1"
    assert len(client.v1.prices.list(params={"product": product.id}).data) == 1


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"surprise": "1"}, "parameter_unknown", "surprise"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"mode": "gift"}, None, "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "shop"}, "url_invalid", "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "url_invalid", "cancel_url"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price]"),
        (
            {"line_items": [{"price": "price_no", "quantity": 1}]},
            "resource_missing",
            "line_items[0][price]",
        ),
        (
            {"line_items": [a_line() | {"quantity": 1.5}]},
            "parameter_invalid_integer",
            "line_items[0][quantity]",
        ),
        (
            {"line_items": [a_line() | {"quantity": 0}]},
            "parameter_invalid_integer",
            "line_items[0][quantity]",
        ),
        (
            {"line_items": [a_line(cast(int, "x"))]},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        (
            {"line_items": [a_line(-100)]},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ({"line_items": [a_line(49)]}, "amount_too_small", None),
        ({"line_items": [a_line(100_000_000)]}, "amount_too_large", None),
        ({"line_items": [a_line(100), a_line(100, "eur")]}, None, "line_items"),
        ({"line_items": [a_line()] * 101}, None, "line_items"),
        (
            {"payment_method_types": ["card"]},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
        ({"expires_at": 1}, None, "expires_at"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"ui_mode": "hosted"}, None, "ui_mode"),
        ({"metadata": {"x" * 41: "y"}}, None, f"metadata[{'x' * 41}]"),
        ({"metadata": {"x": "y" * 501}}, None, "metadata[x]"),
        ({"metadata": {f"k{n}": "y" for n in range(51)}}, None, "metadata"),
    ],
)
def test_a_wrong_session_is_refused_with_code_and_parameter(
    client: stripe.StripeClient, change: dict[str, Any], code: str, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(params=session_params(**change))

    assert caught.value.http_status == 400
    assert caught.value.code == code
    assert param in (None, caught.value.param)
    assert caught.value.request_id


@pytest.mark.parametrize("seconds", [1_800, 86_400])
def test_a_session_lasts_as_long_as_asked(client: stripe.StripeClient, seconds: int) -> None:
    until = int(time.time()) + seconds

    assert a_session(client, expires_at=until).expires_at == until


def test_money_rules_of_special_currencies(client: stripe.StripeClient) -> None:
    assert a_session(client, 50, "jpy").amount_total == 50
    with pytest.raises(stripe.InvalidRequestError):
        a_session(client, 1001, "kwd")
    with pytest.raises(stripe.InvalidRequestError):
        a_session(client, 49, "jpy")


def test_a_session_that_does_not_exist_is_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.retrieve("cs_test_nope")

    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_expansion_shows_whole_objects(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)
    world.pay(session.id)

    plain = client.v1.checkout.sessions.retrieve(session.id)
    assert isinstance(plain.payment_intent, str)
    assert "line_items" not in plain
    whole = client.v1.checkout.sessions.retrieve(
        session.id,
        params={
            "expand": ["payment_intent.latest_charge.refunds", "line_items.data.price.product"]
        },
    )

    intent = whole.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.refunds is not None
    assert charge.refunds.data == []
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.type == "card"
    assert whole.line_items is not None
    product = whole.line_items.data[0].price.product  # type: ignore[union-attr]
    assert isinstance(product, stripe.Product)
    assert product.name == "Poster"


@pytest.mark.parametrize("path", ["nothing", "a.b.c.d.e"])
def test_expansion_of_nothing_is_refused(client: stripe.StripeClient, path: str) -> None:
    session = a_session(client)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve(session.id, params={"expand": [path]})


def test_metadata_is_merged_and_an_empty_value_takes_a_key_away(
    client: stripe.StripeClient,
) -> None:
    session = a_session(client, metadata={"a": "1", "b": "2"})

    after = client.v1.checkout.sessions.update(session.id, params={"metadata": {"b": "", "c": "3"}})

    assert after.metadata is not None
    assert after.metadata.to_dict() == {"a": "1", "c": "3"}


def test_only_an_open_session_can_be_expired(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert world.event_types()[-1] == "checkout.session.expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_by_the_clock(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)
    world.call("POST", "clock", {"advance": 86_400})

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert world.event_types().count("checkout.session.expired") == 1
    assert abs(world.events()[-1]["created"] - time.time() - 86_400) < 10


def test_an_expired_session_can_be_recovered(client: stripe.StripeClient, world: World) -> None:
    session = a_session(
        client,
        metadata={"order_id": "ord_1"},
        after_expiration={"recovery": {"enabled": True, "allow_promotion_codes": True}},
    )
    world.call("POST", f"checkout/sessions/{session.id}/expire")

    expired = client.v1.checkout.sessions.retrieve(session.id)
    assert expired.after_expiration is not None
    recovery = expired.after_expiration.recovery
    assert recovery is not None
    assert recovery.url
    assert recovery.expires_at
    again = world.raw("GET", recovery.url.removeprefix(world.url)).headers["Location"]

    found = client.v1.checkout.sessions.retrieve(again.rsplit("/", 1)[1])
    assert (found.recovered_from, found.status) == (session.id, "open")
    assert found.metadata is not None
    assert found.metadata["order_id"] == "ord_1"
    assert found.amount_total == session.amount_total
    world.call("POST", "clock", {"advance": 31 * 86_400})
    assert world.raw("GET", recovery.url.removeprefix(world.url)).status_code == 410
