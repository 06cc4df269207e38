"""Sessions on pages of the merchant's own settle as the hosted page's do, and open as asked."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.domain.errors import OpenedWrong, StripeUnavailable
from tests.support.stage import Stage, calling

SESSIONS = "/v1/checkout/sessions"
OWN = pytest.mark.parametrize("ui_mode", ["embedded_page", "elements", "form"])


def alters(stage: Stage, path: str = SESSIONS, **fields: Any) -> None:
    """Have Stripe's answer to the next create say something else."""
    stage.control("PUT", "faults", {"alter": [{"path": path, "fields": fields}]})
    opening = calling("POST", SESSIONS, moment="after")
    stage.meanwhile(opening, lambda: stage.control("DELETE", "faults"))


@OWN
def test_what_is_paid_there_is_fulfilled_once(stage_on: Stage, ui_mode: str) -> None:
    stage = stage_on
    bought = stage.buys(ui_mode=ui_mode)
    stage.pays(bought)

    stage.returns(bought)
    stage.delivers(times=2)

    assert stage.order(bought.order)["status"] == "paid"
    assert len(stage.messages(bought.order, "order.paid")) == 1


@OWN
def test_a_total_that_was_not_agreed_is_held_there_too(stage: Stage, ui_mode: str) -> None:
    bought = stage.buys(ui_mode=ui_mode)
    at_stripe = stage.side.world.store.get(bought.session, "checkout.session")
    assert at_stripe is not None
    at_stripe["amount_total"] = at_stripe["amount_subtotal"] = 1
    stage.pays(bought)

    stage.delivers()

    assert stage.order(bought.order)["holds"] == ["amount_mismatch"]
    assert not stage.order(bought.order)["fulfilled"]


def test_a_session_without_its_secret_is_closed_at_once(stage: Stage) -> None:
    alters(stage, client_secret=None)

    with pytest.raises(OpenedWrong):
        stage.buys(ui_mode="elements")

    (left,) = stage.stripe("GET", SESSIONS)["data"]
    assert left["status"] == "expired"


def test_a_session_with_a_secret_in_the_urls_place_is_no_hosted_page(stage: Stage) -> None:
    alters(stage, url=None, client_secret="cs_test_x_secret_y")

    with pytest.raises(OpenedWrong):
        stage.buys()


@OWN
def test_a_create_whose_answer_was_lost_is_found_again_with_its_secret(
    stage: Stage, ui_mode: str
) -> None:
    rule = {"method": "POST", "path": SESSIONS, "kind": "commit_then_reset", "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})
    with pytest.raises(StripeUnavailable):
        stage.buys(ui_mode=ui_mode, nonce="one")
    stage.control("DELETE", "faults")

    bought = stage.buys(ui_mode=ui_mode, nonce="one")

    (opened,) = stage.stripe("GET", SESSIONS)["data"]
    assert (bought.session, bought.client_secret) == (opened["id"], opened["client_secret"])
