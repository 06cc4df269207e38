"""What the simulation found (docs/proof.md), each as the shortest story that tells of it."""

from __future__ import annotations

from checkout_service.domain.clock import DAY
from tests.support.stage import Stage


def test_what_happened_after_a_first_sweep_that_found_nothing_is_read_however_late(
    stage_on: Stage,
) -> None:
    """Seed 51: nothing to read yet, then nobody swept for ten days, and webhooks were lost."""
    stage = stage_on
    stage.sweeps()
    bought = stage.buys()
    stage.advance(10 * DAY / 1000)
    stage.drops()

    stage.sweeps()

    found = stage.use_cases.read_events.page(order_id=bought.order).events
    assert "checkout.session.expired" in [event.type for event in found]
    assert stage.order(bought)["status"] == "expired"
