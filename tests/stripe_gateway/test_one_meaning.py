"""Law 9 of evidence: a status means one thing behind a session, a link and alone."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.domain.facts.fact import facts_of_look
from checkout_service.domain.facts.snapshots import Snapshot
from checkout_service.domain.order.ledger import Attempt, Ledger, Terms
from checkout_service.domain.order.settlement import settle
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus
from checkout_service.stripe_gateway import translate
from tests.stripe_gateway import stripe_json as sj

S = OrderStatus
END = sj.CREATED + 3 * 86_400
REDIRECT = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example"}}

# The intent's status, its next action, and the one thing that they mean.
MEANINGS: list[tuple[str, dict[str, Any] | None, OrderStatus]] = [
    ("requires_payment_method", None, S.PENDING),
    ("requires_confirmation", None, S.PENDING),
    ("requires_action", None, S.PENDING),
    ("requires_action", {}, S.PENDING),
    ("requires_action", REDIRECT, S.PENDING),
    ("requires_action", {"type": "alipay_handle_redirect"}, S.PENDING),
    ("requires_action", {"type": "wechat_pay_redirect_to_android_app"}, S.PENDING),
    ("requires_action", {"type": "use_stripe_sdk", "use_stripe_sdk": {}}, S.PENDING),
    ("requires_action", {"type": "blik_authorize"}, S.PENDING),
    ("requires_action", {"type": "boleto_display_details"}, S.PROCESSING),
    ("requires_action", {"type": "oxxo_display_details"}, S.PROCESSING),
    ("requires_action", {"type": "konbini_display_details"}, S.PROCESSING),
    ("requires_action", {"type": "multibanco_display_details"}, S.PROCESSING),
    ("requires_action", {"type": "display_bank_transfer_instructions"}, S.PROCESSING),
    ("requires_action", {"type": "verify_with_microdeposits"}, S.PROCESSING),
    ("processing", None, S.PROCESSING),
    ("processing", {"type": "boleto_display_details"}, S.PROCESSING),
    ("succeeded", None, S.PAID),
]


def order(kind: AttemptKind, **more: Any) -> Ledger:
    terms = Terms(order_id=sj.ORDER_ID, amount_total=5000, currency="usd", livemode=False)
    known = Attempt(id="att_1", seq=1, kind=kind, state=AttemptState.OPEN, **more)
    return Ledger(terms, attempts=(known,))


def looked(before: Ledger, snapshot: Snapshot) -> Ledger:
    return settle(before, facts_of_look(snapshot), new_attempt_id="").after


@pytest.mark.parametrize(("status", "action", "meaning"), MEANINGS)
@pytest.mark.parametrize("over", [True, False])
def test_one_status_and_one_next_action_mean_one_thing_at_every_door(
    status: str, action: dict[str, Any] | None, meaning: OrderStatus, over: bool
) -> None:
    """`over` says that Checkout is done with the buyer: of what may still be paid it is not."""
    if meaning is not S.PROCESSING:
        over = meaning is S.PAID
    intent = sj.an_intent(
        status=status, next_action=action, amount=5000,
        amount_received=5000 if meaning is S.PAID else 0,
    )  # fmt: skip
    session = sj.a_session(
        status="complete" if over else "open", amount_total=5000, total_details=None,
        payment_status="paid" if meaning is S.PAID else "unpaid", payment_intent=intent,
    )  # fmt: skip
    shown = Snapshot(1, session=translate.session_view(session))
    by_link = Snapshot(
        1, session=translate.session_view({**session, "payment_link": "plink_1", "metadata": {}})
    )
    alone = Snapshot(1, intent=translate.intent_view(intent))

    for before, snapshot in (
        (order(AttemptKind.SESSION, session_id=sj.SESSION_ID, reference="ref_1"), shown),
        (order(AttemptKind.LINK, link_id="plink_1", reference="ref_1"), by_link),
        (order(AttemptKind.INTENT, intent_id=sj.INTENT_ID), alone),
    ):
        after = looked(before, snapshot)
        assert (after.status, after.active_holds) == (meaning, ())


@pytest.mark.parametrize(
    ("kind", "details", "until"),
    [
        ("boleto_display_details", {"expires_at": END}, END * 1000),
        ("oxxo_display_details", {"expires_after": END}, END * 1000),
        ("konbini_display_details", {"expires_at": END}, END * 1000),
        ("display_bank_transfer_instructions", {"amount_remaining": 5}, None),
        ("redirect_to_url", {"expires_at": END}, None),
    ],
)
def test_a_voucher_lives_until_its_own_end(
    kind: str, details: dict[str, Any], until: int | None
) -> None:
    intent = sj.an_intent(status="requires_action", next_action={"type": kind, kind: details})

    assert translate.intent_view(intent).waits_until == until


def test_a_voucher_that_is_over_waits_no_more() -> None:
    action = {"type": "boleto_display_details", "boleto_display_details": {"expires_at": END}}

    for status in ("requires_payment_method", "processing", "canceled", "succeeded"):
        view = translate.intent_view(sj.an_intent(status=status, next_action=action))
        assert (view.waits, view.waits_until) == (False, None)
