"""A life's five events in every order of arrival: the same order in the end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.stage import Bought, Stage

# What tells when something was seen, or whose it is.
OWN = (
    "trail", "holds", "hold_details", "fulfilled", "id", "created_at", "attempts", "refunds",
    "disputes", "number", "checkout_session", "payment_intent",
)  # fmt: skip
Life = Callable[[Stage, Bought], tuple[str, ...]]


def refunded_twice_disputed_won(stage: Stage, bought: Bought) -> tuple[str, ...]:
    intent = stage.pays(bought)["payment_intent"]
    for _ in range(2):
        stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=500)
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute")
    stage.control("POST", f"disputes/{dispute['id']}/close", {"status": "won"})
    return (
        "checkout.session.completed", "refund.created", "refund.created",
        "charge.dispute.created", "charge.dispute.closed",
    )  # fmt: skip


def delayed_in_refund_bounced(stage: Stage, bought: Bought) -> tuple[str, ...]:
    intent = stage.pays(bought, "000123456789")["payment_intent"]
    stage.control("POST", f"payment_intents/{intent}/settle", {"outcome": "succeeded"})
    refund = stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=700)
    stage.control("POST", f"refunds/{refund['id']}/fail")
    stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=300)
    return (
        "checkout.session.completed", "checkout.session.async_payment_succeeded",
        "refund.created", "refund.failed", "refund.created",
    )  # fmt: skip


@pytest.mark.parametrize("life", [refunded_twice_disputed_won, delayed_in_refund_bounced])
def test_every_order_of_arrival_ends_in_the_same_order(stage_on: Stage, life: Life) -> None:
    stage = stage_on
    every = list(itertools.permutations(range(5)))
    ends = []
    for arrival in every if stage.engine.dialect.name == "sqlite" else every[::10]:
        bought = stage.buys()
        events = pick(stage, life(stage, bought))
        for place in arrival:
            stage.delivers(events[place])
        stage.drops()
        ends.append(truth(stage.order(bought)))

    assert [end for end in ends if end != ends[0]] == []


def pick(stage: Stage, wanted: tuple[str, ...]) -> list[Any]:
    left = stage.events()
    picked = []
    for kind in wanted:
        event = next(event for event in left if event["type"] == kind)
        left.remove(event)
        picked.append(event)
    return picked


def truth(order: Any) -> Any:
    kept = {key: value for key, value in order.items() if key not in OWN}
    kept["refunds"] = sorted((r["amount"], r["status"]) for r in order["refunds"])
    kept["disputes"] = sorted((d["amount"], d["status"]) for d in order["disputes"])
    return kept
