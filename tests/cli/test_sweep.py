"""What one sweep asks Stripe: the events, and once each order that they say is paid."""

from __future__ import annotations

import pytest

from checkout_service.domain.schedule import AT_ONCE
from checkout_service.domain.status import OrderStatus
from checkout_service.storage import orders

from .conftest import Shop

LONG_AGO = 1


def looks_of_a_sweep(shop: Shop) -> list[str]:
    """Sweep once; list the sessions that were asked for one by one."""
    before = len(shop.sandbox.call("GET", "requests")["data"])
    report = shop.json("sweep", "--once")
    assert report["failures"] == []
    calls = shop.sandbox.call("GET", "requests")["data"][before:]
    session = "/v1/checkout/sessions/"
    return [c["path"].removeprefix(session) for c in calls if c["path"].startswith(session)]


@pytest.mark.parametrize("due", [LONG_AGO, AT_ONCE], ids=["planned", "asked for"])
def test_an_order_that_missed_events_say_is_paid_is_fulfilled_by_one_look(
    shop: Shop, due: int
) -> None:
    made = [shop.buys() for _ in range(3)]
    for order in made:
        shop.sandbox.call("POST", f"checkout/sessions/{order.checkout_session}/pay")
        with shop.engine.begin() as connection:
            orders.update_order(connection, order.id, {"look_due_at": due})

    looked = looks_of_a_sweep(shop)

    assert sorted(looked) == sorted(str(order.checkout_session) for order in made)
    views = [shop.uc.read_orders.view(order.id) for order in made]
    assert {(view.status, view.fulfilled) for view in views} == {(OrderStatus.PAID, True)}
    assert looks_of_a_sweep(shop) == []
