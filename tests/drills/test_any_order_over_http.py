"""A life's five events in every order of arrival: the same order in the end."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.support.running_stack import Bought, Stack, side_by_side

from .conftest import MakeStack

SHORT_ON = "postgresql"
pytestmark = pytest.mark.long  # in short: tests/use_cases/settle/test_any_order.py

CLOCKS = (
    "trail",
    "holds",
    "hold_details",
    "fulfilled",
    "id",
    "created_at",
    "attempts",
    "refunds",
    "disputes",
)
OURS = ("number", "checkout_session", "payment_intent")
# A look alone shows how it was paid, and only a refund that comes before its payment asks for one.
SHOWN_BY_A_LOOK = ("payment_method", "receipt_url")


def _paid_refunded_twice_disputed_won(stack: Stack, one: Bought) -> list[Any]:
    stack.pay(one)
    for _ in range(2):
        stack.stripe_post("/v1/refunds", payment_intent=one.intent, amount=500)
    dispute = stack.sandbox.call("POST", f"payment_intents/{one.intent}/dispute")
    stack.sandbox.call("POST", f"disputes/{dispute['id']}/close", {"status": "won"})
    return [
        "checkout.session.completed",
        "refund.created",
        "refund.created",
        "charge.dispute.created",
        "charge.dispute.closed",
    ]


def _delayed_then_in_refunded_and_bounced(stack: Stack, one: Bought) -> list[Any]:
    stack.pay(one, "000123456789")
    stack.sandbox.call("POST", f"payment_intents/{one.intent}/settle", {"outcome": "succeeded"})
    refund = stack.stripe_post("/v1/refunds", payment_intent=one.intent, amount=700)
    stack.sandbox.call("POST", f"refunds/{refund['id']}/fail")
    stack.stripe_post("/v1/refunds", payment_intent=one.intent, amount=300)
    return [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "refund.created",
        "refund.failed",
        "refund.created",
    ]


LIVES = {
    "refunded twice, disputed, won": _paid_refunded_twice_disputed_won,
    "delayed, in, refund bounced": _delayed_then_in_refunded_and_bounced,
}


@pytest.mark.parametrize("life", LIVES)
def test_every_arrival_order_ends_in_the_same_order(make_stack: MakeStack, life: str) -> None:
    stack = make_stack(SWEEP_INTERVAL_SECONDS="3600")  # only the webhooks speak
    stack.faults(webhooks={"drop": 1.0})
    orders = list(itertools.permutations(range(5)))
    bought = side_by_side(lambda _: stack.buy(0), orders, threads=8)
    lives = dict.fromkeys(bought_ids(bought))
    side_by_side(lambda one: lives.update({one.order: LIVES[life](stack, one)}), bought)
    told = _events_by_intent(stack)

    def live(pair: tuple[Bought, tuple[int, ...]]) -> Any:
        one, order = pair
        wanted = lives[one.order] or []
        events = _pick(told[str(one.intent)], wanted)
        for turn, place in enumerate(order):
            assert stack.post_event(events[place], service=turn) == 200
        return stack.order(one)

    ends = side_by_side(live, zip(bought, orders, strict=True), threads=4)

    first = _truth(ends[0])
    for end in ends:
        assert _truth(end) == first
    assert stack.server_errors() == 0


def bought_ids(bought: list[Bought]) -> list[str]:
    return [one.order for one in bought]


def _events_by_intent(stack: Stack) -> dict[str, list[Any]]:
    told: dict[str, list[Any]] = {}
    for event in stack.events():
        thing = event["data"]["object"]
        told.setdefault(str(thing.get("payment_intent") or thing["id"]), []).append(event)
    return told


def _pick(events: list[Any], wanted: list[str]) -> list[Any]:
    left = list(events)
    picked = []
    for kind in wanted:
        event = next(e for e in left if e["type"] == kind)
        left.remove(event)
        picked.append(event)
    return picked


def _truth(order: Any) -> Any:
    left_out = {*CLOCKS, *OURS, *SHOWN_BY_A_LOOK}
    kept = {key: value for key, value in order.items() if key not in left_out}
    kept["refunds"] = sorted((r["amount"], r["status"]) for r in order["refunds"])
    kept["disputes"] = sorted((d["amount"], d["status"]) for d in order["disputes"])
    return kept
