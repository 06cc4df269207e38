"""What one sweep asks Stripe: the events, and no order whose truth they told already."""

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
def test_an_order_its_events_settle_is_looked_at_only_if_somebody_asked(
    shop: Shop, due: int
) -> None:
    made = [shop.buys() for _ in range(3)]
    for order in made:
        shop.sandbox.call("POST", f"checkout/sessions/{order.checkout_session}/pay")
        with shop.engine.begin() as connection:
            orders.update_order(connection, order.id, {"look_due_at": due})

    looked = looks_of_a_sweep(shop)

    asked = {order.checkout_session for order in made} if due == AT_ONCE else set()
    assert set(looked) == asked
    assert {shop.uc.read_orders.view(order.id).status for order in made} == {OrderStatus.PAID}
    assert looks_of_a_sweep(shop) == []
