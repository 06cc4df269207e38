"""Money that is held on a buyer's card, and a Stripe that fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stage import Bought, Stage

FLOWS = ("checkout_session", "payment_intent")
FAULTS = ("commit_then_500", "commit_then_reset")
CAPTURE, CANCEL = "/capture", "/cancel"
flows = pytest.mark.parametrize("flow", FLOWS)


def put(stage: Stage, flow: str, amount: int = 5000) -> Bought:
    return stage.prices(amount, flow, capture="manual")


def authorized(stage: Stage, flow: str, amount: int = 5000) -> Bought:
    """An order whose money is held on the buyer's card, as the webhooks tell."""
    bought = put(stage, flow, amount)
    stage.pays(bought)
    stage.delivers()
    assert stage.order(bought)["amount_capturable"] == amount
    return bought


def kinds(stage: Stage, bought: Bought) -> list[str]:
    return [message["kind"] for message in stage.messages(bought)]


def at_stripe(stage: Stage, bought: Bought) -> Any:
    return stage.stripe("GET", f"/v1/payment_intents/{stage.order(bought)['payment_intent']}")


def fails(stage: Stage, kind: str, path: str = "/v1/payment_intents/") -> None:
    rule = {"method": "POST", "path": path, "kind": kind, "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})


def mends(stage: Stage) -> None:
    stage.control("DELETE", "faults")
