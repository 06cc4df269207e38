"""Every way a payment can go: the right page each time, and one fulfilment or none."""

from __future__ import annotations

import pytest

from tests.support.running_shop import ASKS, DECLINED, GOOD, IBAN_BAD, IBAN_GOOD, MUG, POSTER, Shop
from tests.support.running_stack import until


def test_a_card_pays(shop: Shop) -> None:
    session = shop.open()["id"]

    assert shop.pays(session) == 200

    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


def test_a_declined_card_leaves_the_order_open_for_another(shop: Shop) -> None:
    opened = shop.open()
    session = opened["id"]
    assert shop.pays(session, DECLINED) == 402
    assert shop.success_page(session) == "unpaid"
    shop.never_fulfilled(session)
    assert shop.confirm(session)["url"] == opened["url"]

    assert shop.pays(session, GOOD) == 200
    shop.flush()

    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


@pytest.mark.parametrize(
    ("bank", "status", "state"), [("pass", 200, "paid"), ("fail", 402, "unpaid")]
)
def test_the_bank_decides(shop: Shop, bank: str, status: int, state: str) -> None:
    session = shop.open()["id"]

    assert shop.pays(session, ASKS, bank=bank) == status

    assert shop.success_page(session) == state
    if state == "paid":
        shop.fulfils_once(session)
    else:
        shop.never_fulfilled(session)


def test_a_debit_is_on_its_way_until_it_comes_in(shop: Shop) -> None:
    session = shop.open(MUG)["id"]
    shop.pays(session, IBAN_GOOD)
    assert shop.success_page(session) == "processing"
    shop.never_fulfilled(session)
    again = shop.create({"order": shop.detail(session)["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "money_in_flight")

    shop.settles(session, "succeeded")
    shop.flush()

    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


def test_a_debit_that_bounces_fails_and_another_session_pays_the_same_order(shop: Shop) -> None:
    session = shop.open(MUG)["id"]
    shop.pays(session, IBAN_BAD)
    assert shop.success_page(session) == "processing"
    shop.settles(session, "failed")
    shop.flush()
    assert shop.success_page(session) == "failed"
    shop.never_fulfilled(session)

    order = shop.detail(session)["id"]
    retry = shop.open({"order": order})
    assert retry["id"] != session
    shop.pays(retry["id"])
    shop.flush()

    assert shop.success_page(retry["id"]) == "paid"
    assert retry["order"]["id"] == order
    shop.fulfils_once(retry["id"])


def test_a_voucher_is_paid_days_later(shop: Shop) -> None:
    session = shop.open()["id"]
    assert shop.pays(session, "voucher") == 200
    assert shop.success_page(session) == "processing"
    shop.never_fulfilled(session)

    shop.settles(session, "succeeded")
    shop.flush()

    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


def test_an_expired_session_is_started_over_as_the_same_order(shop: Shop) -> None:
    session = shop.open()["id"]
    shop.sandbox.call("POST", f"checkout/sessions/{session}/expire")
    shop.flush()
    assert shop.success_page(session) == "expired"
    shop.never_fulfilled(session)

    order = shop.detail(session)["id"]
    answer = shop.request("POST", "/checkout", data={"order": order})

    assert answer.status_code == 303
    (open_one,) = shop.sessions_of(order, status="open")
    assert open_one["url"] == answer.headers["Location"]
    shop.pays(open_one["id"])
    shop.flush()
    assert shop.success_page(open_one["id"]) == "paid"
    shop.fulfils_once(open_one["id"])


def test_who_leaves_goes_on_with_the_very_session(shop: Shop) -> None:
    opened = shop.open()
    order = opened["order"]["id"]

    page = shop.request("GET", f"/checkout/cancel?order={order}")

    assert f'href="{opened["url"]}"' in page.text
    assert "Resume payment" in page.text
    assert len(shop.sessions_of(order)) == 1
    shop.pays(opened["id"])
    shop.flush()
    assert shop.request("GET", f"/checkout/cancel?order={order}").status_code == 303
    shop.fulfils_once(opened["id"])


def test_a_code_that_takes_everything_off_is_a_free_order(shop: Shop) -> None:
    opened = shop.open({**POSTER, "allow_promotion_codes": True})
    shop.enters_code(opened["url"], "FREE")
    shop.flush()

    assert shop.success_page(opened["id"]) == "paid"
    assert shop.confirm(opened["id"])["payment_status"] == "no_payment_required"
    shop.fulfils_once(opened["id"])
    detail = shop.detail(opened["id"])
    assert (detail["amount_total"], detail["amount_discount"], detail["amount_paid"]) == (
        5000, 5000, 0,
    )  # fmt: skip


def test_a_changed_amount_is_held_for_a_person(shop: Shop) -> None:
    session = shop.open()["id"]
    plan = {"path": f"/v1/checkout/sessions/{session}", "fields": {"amount_total": 1}}
    shop.faults(alter=[plan])

    shop.pays(session)

    assert shop.success_page(session) == "checking"
    order = shop.detail(session)
    assert order["holds"] == ["amount_mismatch"]
    until(lambda: bool(shop.told(order["id"], "order.held")), what="order.held")
    shop.never_fulfilled(session)
