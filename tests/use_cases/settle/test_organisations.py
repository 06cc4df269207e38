"""An organisation's key: each call names the account, and events of its sisters are nobody's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from stripe_sandbox.thin import thin_event
from tests.support.stage import Stage

OURS, SISTER = "acct_ours", "acct_sister"
PAID = "checkout.session.completed"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(stripe_secret_key="sk_org_test_1", stripe_context=OURS) as opened:
        yield opened


def tells(stage: Stage, **whose: Any) -> str:
    """Have a payment told by an event that says whose it is; return the order's status."""
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.events(PAID)
    stage.delivers(event | whose)
    return str(stage.order(bought)["status"])


def test_a_sale_is_made_on_the_account_that_is_named(stage: Stage) -> None:
    bought = stage.buys()
    stage.pays(bought)
    stage.returns(bought)
    stage.refunds(bought)

    assert stage.order(bought)["amount_paid"] == 2500
    ours = len(stage.calls())
    named = [row["stripe_context"] for row in stage.control("GET", "requests")["data"]]
    assert named.count(OURS) == ours > 0


@pytest.mark.parametrize("whose", [{}, {"context": None}, {"context": OURS}, {"account": OURS}])
def test_the_accounts_own_events_are_taken(stage: Stage, whose: dict[str, Any]) -> None:
    assert tells(stage, **whose) == "paid"


@pytest.mark.parametrize(
    "whose",
    [
        {"context": SISTER},
        {"context": f"{OURS}/acct_connected"},
        {"account": "acct_connected"},
        {"account": "acct_connected", "context": f"{OURS}/acct_connected"},
    ],
)
def test_events_of_a_sister_or_a_connected_account_are_foreign(
    stage: Stage, whose: dict[str, Any]
) -> None:
    assert tells(stage, **whose) == "pending"


@pytest.mark.parametrize(("context", "looked"), [(None, True), (OURS, True), (SISTER, False)])
def test_thin_events_are_told_apart_as_well(
    stage: Stage, context: str | None, looked: bool
) -> None:
    bought = stage.buys()
    stage.pays(bought)
    (event,) = stage.events(PAID)
    body = json.dumps(thin_event(event) | {"context": context}).encode()
    stage.use_cases.receive_event.receive(body, stage.signature(body))

    assert (stage.next_look() == 0) is looked


def test_with_a_key_of_its_own_account_an_events_context_says_nothing() -> None:
    with Stage() as stage:
        assert tells(stage, context=OURS) == "paid"
        assert tells(stage, account=OURS) == "pending"
