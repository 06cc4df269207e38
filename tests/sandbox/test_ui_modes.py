"""Sessions that are part of the merchant's own page: made, read by a browser, paid, changed."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import CARD, CHALLENGED, DECLINED, a_line, a_session, session_params
from tests.sandbox.conftest import World

BACK = "https://shop.test/done?session_id={CHECKOUT_SESSION_ID}"
OWN = ("embedded_page", "elements", "form")


def own(ui_mode: str, **more: Any) -> dict[str, Any]:
    """Say what a session on a page of the merchant's own is made with."""
    return {"ui_mode": ui_mode, "return_url": BACK, "success_url": None, "cancel_url": None} | more


def pays(world: World, session: Any, card: str = CARD, **more: Any) -> Any:
    """Confirm a session as a browser does."""
    headers = {"Authorization": "Bearer pk_test_1"}
    method = world.raw(
        "POST",
        "/v1/payment_methods",
        data={"type": "card", "card[number]": card},
        headers=headers,
    ).json()["id"]
    said = {"payment_method": method, "client_secret": session.client_secret} | more
    path = f"/v1/payment_pages/{session.id}/confirm"
    return world.raw("POST", path, data=said, headers=headers)


@pytest.mark.parametrize("ui_mode", OWN)
def test_a_session_of_the_merchants_page_has_a_secret_and_no_page(
    client: stripe.StripeClient, world: World, ui_mode: str
) -> None:
    session = a_session(client, **own(ui_mode))

    assert session.ui_mode == ui_mode
    assert session.url is None
    assert str(session.client_secret).startswith(f"{session.id}_secret_")
    assert (session.return_url, session.success_url) == (BACK, None)
    assert world.raw("GET", f"/c/pay/{session.id}").status_code == 404


def test_a_hosted_session_has_no_secret(client: stripe.StripeClient) -> None:
    assert a_session(client).client_secret is None


@pytest.mark.parametrize(
    ("ui_mode", "change", "code", "param"),
    [
        ("elements", {"success_url": BACK}, None, "success_url"),
        ("form", {"cancel_url": BACK}, None, "cancel_url"),
        ("elements", {"return_url": None}, "parameter_missing", "return_url"),
        ("embedded_page", {"return_url": None}, "parameter_missing", "return_url"),
        ("embedded_page", {"redirect_on_completion": "never"}, None, "return_url"),
        (
            "form",
            {"redirect_on_completion": "always"},
            None,
            "redirect_on_completion",
        ),
        ("elements", {"submit_type": "donate"}, None, "submit_type"),
        ("elements", {"return_url": "shop"}, "url_invalid", "return_url"),
        (
            "form",
            {"after_expiration": {"recovery": {"enabled": "true"}}},
            "parameter_not_modelled",
            "after_expiration",
        ),
        (
            "elements",
            {"permissions": {"update_shipping_details": "server_only"}},
            "parameter_not_modelled",
            "permissions",
        ),
    ],
)
def test_what_does_not_go_with_a_ui_mode_is_refused(
    client: stripe.StripeClient, ui_mode: str, change: dict[str, Any], code: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(params=session_params(**(own(ui_mode) | change)))

    assert (caught.value.code, caught.value.param) == (code, param)


def test_a_hosted_session_has_no_return_url(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(params=session_params(return_url=BACK))

    assert caught.value.param == "return_url"


def test_a_buyer_who_stays_needs_no_return_url(client: stripe.StripeClient) -> None:
    asked = own("embedded_page", return_url=None, redirect_on_completion="never")

    assert a_session(client, **asked).redirect_on_completion == "never"


def test_a_browser_needs_the_secret_and_sees_nothing_of_the_merchants(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client, **own("elements"), metadata={"order_id": "ord_1"})
    headers, path = {"Authorization": "Bearer pk_test_1"}, f"/v1/payment_pages/{session.id}"

    without = world.raw("GET", path, headers=headers)
    wrong = pays(world, session, client_secret=f"{session.id}_secret_x", email="a@b.test")
    seen = world.raw("GET", f"{path}?client_secret={session.client_secret}", headers=headers)

    assert (without.status_code, wrong.status_code) == (400, 400)
    assert seen.json()["amount_total"] == 1500
    assert "metadata" not in seen.json()


def test_a_browser_pays_with_an_email_and_the_amount_it_has_shown(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client, **own("elements"))

    nameless = pays(world, session)
    stale = pays(world, session, email="a@b.test", expected_amount=1499)
    declined = pays(world, session, DECLINED, email="a@b.test", expected_amount=1500)
    paid = pays(world, session, email="a@b.test", expected_amount=1500)

    assert nameless.json()["error"]["param"] == "email"
    assert stale.json()["error"]["code"] == "checkout_amount_mismatch"
    assert declined.status_code == 402
    assert (paid.json()["status"], paid.json()["payment_status"]) == ("complete", "paid")


@pytest.mark.parametrize(("button", "status"), [("pass", "complete"), ("fail", "open")])
def test_the_bank_sends_the_buyer_back_to_the_merchants_page(
    client: stripe.StripeClient, world: World, button: str, status: str
) -> None:
    session = a_session(client, **own("elements"))
    asked = pays(world, session, CHALLENGED, email="a@b.test", **{"expand[]": "payment_intent"})
    bank = asked.json()["payment_intent"]["next_action"]["redirect_to_url"]["url"]

    left = world.raw("POST", bank.removeprefix(world.url), data={"outcome": button})

    assert left.headers["Location"] == BACK.replace("{CHECKOUT_SESSION_ID}", session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).status == status


def test_items_are_changed_while_the_session_is_open(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client, **own("elements"))
    kept = client.v1.checkout.sessions.line_items.list(session.id).data[0]

    changed = client.v1.checkout.sessions.update(
        session.id, params={"line_items": [{"id": kept.id, "quantity": 2}, a_line(700)]}
    )

    assert changed.amount_total == 3700
    items = client.v1.checkout.sessions.line_items.list(session.id).data
    assert [(item.amount_total, item.quantity) for item in items] == [(3000, 2), (700, 1)]
    assert items[0].id == kept.id
    assert pays(world, session, email="a@b.test").json()["amount_total"] == 3700


def test_a_buyer_at_the_bank_is_asked_again_for_the_new_amount(
    client: stripe.StripeClient, world: World
) -> None:
    session = a_session(client, **own("form"))
    pays(world, session, CHALLENGED, email="a@b.test")

    changed = client.v1.checkout.sessions.update(session.id, params={"line_items": [a_line(700)]})

    intent = client.v1.payment_intents.retrieve(str(changed.payment_intent))
    assert (intent.status, intent.amount) == ("requires_payment_method", 700)


@pytest.mark.parametrize(
    ("ui_mode", "change", "code"),
    [
        ("hosted_page", {"line_items": [a_line(700)]}, None),
        ("embedded_page", {"line_items": [a_line(700)]}, None),
        ("elements", {"line_items": [a_line(700, "eur")]}, None),
        ("elements", {"line_items": [a_line(49)]}, "amount_too_small"),
        ("elements", {"line_items": [{"id": "li_no"}]}, "resource_missing"),
        ("elements", {"shipping_options": [{"shipping_rate": "x"}]}, "parameter_not_modelled"),
        (
            "elements",
            {"line_items": [a_line(700) | {"tax_rates": ["txr_1"]}]},
            "parameter_not_modelled",
        ),
    ],
)
def test_other_changes_are_refused_and_change_nothing(
    client: stripe.StripeClient, ui_mode: str, change: Any, code: str
) -> None:
    asked = {} if ui_mode == "hosted_page" else own(ui_mode)
    session = a_session(client, **asked)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.update(session.id, params=change)

    assert caught.value.code == code
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 1500


def test_what_is_paid_is_not_changed(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client, **own("elements"))
    pays(world, session, email="a@b.test")

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.update(session.id, params={"line_items": [a_line(700)]})
