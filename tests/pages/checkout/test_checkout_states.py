"""Each page and state of a real order: legible, accessible, in both schemes, on both widths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.shop import IBAN_BAD, IBAN_GOOD, MUG, Shop
from tests.pages.conftest import Look
from tests.support.browser import Complaints

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], scope="module")


def _paid(shop: Shop) -> str:
    session: str = shop.open()["id"]
    shop.pays(session)
    return session


def _processing(shop: Shop) -> str:
    session: str = shop.open(MUG)["id"]
    shop.pays(session, IBAN_GOOD)
    return session


def _failed(shop: Shop) -> str:
    session: str = shop.open(MUG)["id"]
    shop.pays(session, IBAN_BAD)
    shop.settles(session, "failed")
    return session


def _expired(shop: Shop) -> str:
    session: str = shop.open()["id"]
    shop.sandbox.call("POST", f"checkout/sessions/{session}/expire")
    return session


def _checking(shop: Shop) -> str:
    session: str = shop.open()["id"]
    home = f"/v1/checkout/sessions/{session}"
    shop.faults(alter=[{"path": home, "fields": {"amount_total": 1}}])
    shop.pays(session)
    return session


STATES: dict[str, Callable[[Shop], str]] = {
    "paid": _paid,
    "processing": _processing,
    "unpaid": lambda shop: str(shop.open()["id"]),
    "failed": _failed,
    "expired": _expired,
    "checking": _checking,
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_an_order_is_accessible(shop: Shop, look: Look, state: str) -> None:
    session = STATES[state](shop)
    shop.flush()
    assert shop.success_page(session) == state

    look(state, f"{shop.service.url}/checkout/success?session_id={session}")


def test_the_shop_and_the_page_of_who_left_are_accessible(shop: Shop, look: Look) -> None:
    look("storefront", f"{shop.service.url}/")
    order = shop.open()["order"]["id"]
    look("left", f"{shop.service.url}/checkout/cancel?order={order}")


def test_the_hosted_page_fits(shop: Shop, look: Look) -> None:
    look("hosted", shop.open()["url"])


def test_what_is_not_there_is_said_so(shop: Shop, look: Look, complaints: Complaints) -> None:
    complaints.expected.append("status of 404")
    look("missing", f"{shop.service.url}/checkout/success?session_id=cs_test_nobodys")
