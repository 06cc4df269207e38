"""What docs/backend/notifications.md says is what a merchant's backend gets."""

from __future__ import annotations

import re

from checkout_service.domain.order.care import Parcel
from checkout_service.domain.order.settlement import MessageKind
from tests.support.processes import ROOT
from tests.support.stage import Bought, Stage

PAGE = (ROOT / "docs" / "backend" / "notifications.md").read_text("utf-8")


def a_paid_order(stage: Stage) -> tuple[Bought, str]:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    return bought, str(stage.order(bought)["payment_intent"])


def said_of(name: str) -> set[str]:
    """Return the fields that the page names behind `data.<name>`."""
    told = re.search(rf"`data\.{name}`[:\s(]+(.*?)(?:\)\.|, which is)", PAGE, re.DOTALL)
    assert told
    return set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", told[1])))


def test_every_kind_of_notification_is_named_and_no_other() -> None:
    named = set(re.findall(r"`((?:order|subscription)\.\w+)`", PAGE))

    assert named == {kind.value for kind in MessageKind}


def test_a_refund_is_told_when_it_is_asked_and_when_it_came_through(stage: Stage) -> None:
    bought, intent = a_paid_order(stage)
    alter = {"path": "/v1/refunds", "fields": {"status": "pending"}}
    stage.control("PUT", "faults", {"alter": alter})
    made = stage.stripe("POST", "/v1/refunds", payment_intent=intent, amount=1000)
    stage.delivers("refund.created")
    stage.control("DELETE", "faults")
    (pending,) = stage.messages(bought, "order.refund_pending")
    assert stage.order(bought)["amount_refunded"] == 0
    assert stage.messages(bought, "order.refunded") == []

    stage.advance(3600)
    stage.sweeps()

    (refunded,) = stage.messages(bought, "order.refunded")
    for message, status in ((pending, "pending"), (refunded, "succeeded")):
        told = message["body"]["data"]["refund"]
        assert told == {
            "id": made["id"],
            "amount": 1000,
            "currency": "usd",
            "status": status,
            "payment_intent": intent,
        }
        assert told.keys() == said_of("refund")


def test_a_dispute_is_told_with_when_an_answer_is_due(stage: Stage) -> None:
    bought, intent = a_paid_order(stage)
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute")
    stage.delivers()

    (message,) = stage.messages(bought, "order.dispute_needs_response")

    told = message["body"]["data"]["dispute"]
    assert told.keys() == said_of("dispute")
    assert (told["id"], told["kind"], told["amount"]) == (dispute["id"], "dispute", 2500)
    assert told["due_by"].endswith("Z")


def test_a_parcel_is_told_with_where_it_can_be_followed(stage: Stage) -> None:
    bought, _intent = a_paid_order(stage)
    parcel = Parcel("DHL", "0034", "https://dhl.example/0034")
    stage.use_cases.admin.ship_order.ship(bought.order, parcel, nonce="n", by="ann", source="admin")

    (message,) = stage.messages(bought, "order.shipped")

    told = message["body"]["data"]["shipment"]
    assert told.keys() == said_of("shipment")
    assert (told["carrier"], told["tracking_url"]) == ("DHL", "https://dhl.example/0034")
