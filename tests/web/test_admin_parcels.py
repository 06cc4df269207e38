"""Shipped: said at the desk, seen by the buyer's own browser, told to the backend exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.staff import Role
from tests.support.admin import hired, press, signed_in
from tests.support.on_stage import app_on
from tests.support.stage import Bought, Stage
from tests.web import standings as reach

DHL = {
    "carrier": "DHL", "tracking_number": "00340434161094015902",
    "tracking_url": "https://www.dhl.example/track?id=0034",
}  # fmt: skip
NONCE = "non_" + "a" * 24


@pytest.fixture
def app(shop: Stage, tmp_path: Path) -> Flask:
    return app_on(shop, tmp_path)


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return signed_in(app)


@pytest.fixture
def bought(shop: Stage) -> Bought:
    return reach.paid(shop)


def test_a_parcel_is_told_once_however_often_the_button_is_pressed(
    admin: FlaskClient, shop: Stage, bought: Bought
) -> None:
    before = shop.order(bought)
    for _ in range(3):
        answer = press(admin, f"/admin/orders/{bought.order}/ship", nonce=NONCE, **DHL)
        assert answer.status_code == 303

    (message,) = shop.messages(bought, "order.shipped")

    data = message["body"]["data"]
    assert data["shipment"].pop("id").startswith("shp_")
    assert data["shipment"].pop("shipped_at").endswith("Z")
    assert data["shipment"] == DHL
    assert data["order"]["id"] == bought.order
    assert data["sequence"] == 2  # after order.paid
    after = shop.order(bought)
    assert [sent["carrier"] for sent in after["shipments"]] == ["DHL"]
    for settled in ("status", "amount_paid", "amount_refunded", "holds", "fulfilled"):
        assert after[settled] == before[settled]
    shop.sweeps()
    assert len(shop.messages(bought, "order.paid")) == 1


def test_each_parcel_of_an_order_is_told_by_itself(
    admin: FlaskClient, shop: Stage, bought: Bought
) -> None:
    for carrier in ("DHL", "UPS"):
        press(admin, f"/admin/orders/{bought.order}/ship", carrier=carrier)

    told = shop.messages(bought, "order.shipped")

    assert [m["body"]["data"]["shipment"]["carrier"] for m in told] == ["DHL", "UPS"]
    page = admin.get(f"/admin/orders/{bought.order}").text
    assert "Shipped with UPS" in page
    assert "Mark another parcel" in page


def test_only_the_browser_that_bought_sees_where_the_parcel_is(
    app: Flask, admin: FlaskClient, shop: Stage
) -> None:
    buyer = app.test_client()
    sent = buyer.post("/checkout", data={"price": "poster-usd", "quantity": "1"})
    session = sent.headers["Location"].rpartition("/")[2].partition("?")[0].partition("#")[0]
    shop.pays(session)
    shop.delivers()
    order = buyer.get(f"/api/v1/checkout-sessions/{session}").get_json()["order"]["id"]

    press(admin, f"/admin/orders/{order}/ship", **DHL)

    mine, strangers = (who.get(f"/orders/{order}").text for who in (buyer, app.test_client()))
    assert "On its way to you" in mine
    assert f'href="{DHL["tracking_url"]}"' in mine
    assert "DHL" not in strangers
    assert "dhl.example" not in strangers


def test_what_is_not_fulfilled_is_not_shipped(admin: FlaskClient, shop: Stage) -> None:
    bought = reach.paid_otherwise(shop)

    page = admin.get(f"/admin/orders/{bought.order}").text
    answer = press(admin, f"/admin/orders/{bought.order}/ship", **DHL)

    assert f"/admin/orders/{bought.order}/ship" not in page
    assert answer.status_code == 409
    assert "not fulfilled" in answer.text
    assert shop.messages(bought, "order.shipped") == []


@pytest.mark.parametrize(
    "form",
    [
        {"carrier": ""},
        {"carrier": "x" * 61},
        {"carrier": "D\u0000HL\u0007"},
        {"carrier": "DHL\u202e"},
        {"carrier": "DHL", "tracking_number": "12\u206634"},
        {"carrier": "DHL", "tracking_number": "12\u200b34"},
        {"carrier": "DHL", "tracking_number": "1" * 81},
        {"carrier": "DHL", "tracking_url": "javascript:alert(1)"},
        {"carrier": "DHL", "tracking_url": "https://dhl.example@evil.example/"},
        {"carrier": "DHL", "tracking_url": "//evil.example"},
        {"carrier": "DHL", "tracking_url": "https://["},
        {"carrier": "DHL", "tracking_url": "https://dhl.example/" + "x" * 500},
    ],
)
def test_what_is_no_parcel_is_refused_in_words_and_told_to_nobody(
    admin: FlaskClient, shop: Stage, bought: Bought, form: dict[str, str]
) -> None:
    answer = press(admin, f"/admin/orders/{bought.order}/ship", **form)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert shop.messages(bought, "order.shipped") == []


def test_who_may_only_look_ships_nothing_and_notes_nothing(
    app: Flask, shop: Stage, bought: Bought
) -> None:
    viewer, keeper = hired(app, "ann", Role.VIEW), hired(app, "bob", Role.REFUND)

    for act in ("ship", "note"):
        assert viewer.get(f"/admin/orders/{bought.order}/{act}").status_code == 403
        assert app.test_client().get(f"/admin/orders/{bought.order}/{act}").status_code == 303
        unsigned = keeper.post(f"/admin/orders/{bought.order}/{act}", data={"nonce": NONCE})
        assert unsigned.status_code == 403
    assert "A note for whoever works here" not in viewer.get(f"/admin/orders/{bought.order}").text
    assert press(keeper, f"/admin/orders/{bought.order}/ship", **DHL).status_code == 303


def test_a_note_stays_with_who_wrote_it_and_is_written_once(
    app: Flask, admin: FlaskClient, bought: Bought
) -> None:
    keeper = hired(app, "bob", Role.REFUND)
    path = f"/admin/orders/{bought.order}/note"
    for _ in range(2):
        press(keeper, path, note="Rang twice.\r\n<b>Leave it</b> next door.", nonce=NONCE)

    page = admin.get(f"/admin/orders/{bought.order}").text

    assert page.count("Rang twice.\n&lt;b&gt;Leave it&lt;/b&gt; next door.") == 1
    assert "by bob" in page
    audit = admin.get("/admin/audit").text
    assert "orders.note" in audit
    assert "Rang twice" not in audit


@pytest.mark.parametrize("note", ["", " ", "x" * 1001, "card 4242 4242 4242 4242", "a\u0007"])
def test_what_is_no_note_is_refused_and_what_was_typed_stays(
    admin: FlaskClient, bought: Bought, note: str
) -> None:
    answer = press(admin, f"/admin/orders/{bought.order}/note", note=note)

    assert answer.status_code == 422
    assert "What happened" not in answer.text
    assert note.strip() in answer.text
    assert "alert" in answer.text


def test_erasing_the_buyer_takes_tracking_and_notes(
    app: Flask, admin: FlaskClient, shop: Stage, bought: Bought
) -> None:
    press(admin, f"/admin/orders/{bought.order}/ship", **DHL)
    press(admin, f"/admin/orders/{bought.order}/note", note="Ring at Lovelace")

    app.extensions["checkout_service"].erase_person.of_order(bought.order)

    page = admin.get(f"/admin/orders/{bought.order}").text
    (sent,) = shop.order(bought)["shipments"]
    (message,) = shop.messages(bought, "order.shipped")
    assert "Shipped with DHL" in page
    for gone in ("Lovelace", DHL["tracking_number"], "dhl.example"):
        assert gone not in page
        assert gone not in str(message)
    assert (sent["carrier"], sent["tracking_number"], sent["tracking_url"]) == ("DHL", None, None)
