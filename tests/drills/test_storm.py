"""Exactly one fulfilment under a storm of duplicates, twins, landings and sweeps."""

from __future__ import annotations

import copy
import secrets

from tests.support.running_stack import Bought, side_by_side, until

from .conftest import MakeStack

SHORT_ON = "sqlite"

COPIES, TWINS, LANDINGS = 20, 5, 10


def test_a_storm_of_triggers_fulfils_each_order_once(make_stack: MakeStack, full: bool) -> None:
    stack = make_stack()
    orders = 300 if full else 8
    bought = side_by_side(stack.buy, range(orders))
    stack.faults(webhooks={"drop": 1.0})
    side_by_side(stack.pay, bought)
    events = {e["data"]["object"]["id"]: e for e in stack.events("checkout.session.completed")}

    def storm(one: Bought) -> None:
        event = events[one.session]
        twin = copy.deepcopy(event) | {"id": f"evt_{secrets.token_hex(12)}"}
        page = f"/checkout/success?session_id={one.session}"

        def trigger(turn: int) -> None:
            if turn % 3 == 0 and turn < 3 * LANDINGS:
                assert stack.request("GET", page, service=turn).status_code == 200
            else:
                which = twin if turn % 6 == 1 and turn < 6 * TWINS else event
                assert stack.post_event(which, service=turn) == 200

        side_by_side(trigger, range(COPIES + TWINS + LANDINGS), threads=8)

    side_by_side(storm, bought, threads=4)

    until(
        lambda: len(stack.paid_messages()) == orders,
        what=f"{orders} paid messages",
    )
    for one in bought:
        order = stack.order(one)
        assert (order["status"], order["fulfilled"]) == ("paid", True)
        assert sum(entry["reason"] == "fulfilled" for entry in order["trail"]) == 1
    messages = stack.paid_messages()
    assert set(messages.values()) == {1}
    assert len(messages) == orders
    assert stack.server_errors() == 0
