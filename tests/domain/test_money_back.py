"""What went back, what is on its way back, and what of it the merchant hears."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout_service.domain.facts.snapshots import DisputeView, RefundView
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.settlement import MessageKind, Settlement
from checkout_service.domain.status import Hold, OrderStatus

from .build import dispute, ledger, refund, session, settled

M, S = MessageKind, OrderStatus
PAID = settled(ledger(), session()).after


def told(result: Settlement) -> list[tuple[MessageKind, str]]:
    return [(message.kind, message.about) for message in result.messages]


def test_a_refund_that_is_pending_is_asked_for_and_not_yet_done() -> None:
    asked = settled(PAID, refund(amount=5000, status="pending"))
    done = settled(asked.after, refund(amount=5000))

    assert (asked.after.status, asked.after.amount_refunded) == (S.PAID, 0)
    assert told(asked) == [(M.REFUND_PENDING, "re_1")]
    assert (done.after.status, done.after.amount_refunded) == (S.REFUNDED, 5000)
    assert told(done) == [(M.REFUNDED, "re_1")]


REFUNDS: list[tuple[tuple[str, ...], list[MessageKind], int]] = [
    (("succeeded",), [M.REFUNDED], 1000),
    (("pending", "succeeded"), [M.REFUND_PENDING, M.REFUNDED], 1000),
    (("requires_action", "pending"), [M.REFUND_PENDING], 0),
    (("requires_action", "canceled"), [M.REFUND_PENDING, M.REFUND_FAILED], 0),
    (("pending", "failed"), [M.REFUND_PENDING, M.REFUND_FAILED], 0),
    (("pending", "succeeded", "failed"), [M.REFUND_PENDING, M.REFUNDED, M.REFUND_FAILED], 0),
    (("succeeded", "succeeded"), [M.REFUNDED], 1000),
    (("failed",), [M.REFUND_FAILED], 0),
    (("failed", "failed"), [M.REFUND_FAILED], 0),
]


@pytest.mark.parametrize(("life", "kinds", "refunded"), REFUNDS)
def test_each_step_of_a_refund_is_told_once(
    life: tuple[str, ...], kinds: list[MessageKind], refunded: int
) -> None:
    now, heard = PAID, list[MessageKind]()
    for turn, word in enumerate(life, start=1):
        result = settled(now, refund(status=word), at=turn * 2_000)
        heard += [message.kind for message in result.messages]
        now = result.after

    assert heard == kinds
    assert now.amount_refunded == refunded
    assert now.status is (S.PARTIALLY_REFUNDED if refunded else S.PAID)
    assert now.fulfilled


@pytest.mark.parametrize("status", ["pending", "requires_action", "succeeded"])
def test_money_on_its_way_back_before_fulfilment_is_held(status: str) -> None:
    early = settled(ledger(), refund(status=status)).after

    result = settled(early, session())

    assert not result.after.fulfilled
    assert result.after.active_holds == (Hold.REFUNDED_BEFORE_FULFILMENT,)
    assert result.after.status is (S.PARTIALLY_REFUNDED if status == "succeeded" else S.PAID)


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_refund_that_came_to_nothing_holds_nothing(status: str) -> None:
    early = settled(ledger(), refund(status=status)).after

    assert settled(early, session()).fulfils


def lost(amount: int, name: str = "dp_1") -> DisputeView:
    return replace(dispute(name, "lost"), amount=amount)


def after_all(*views: DisputeView | RefundView, before: Ledger = PAID) -> Ledger:
    return settled(before, *views, at=5_000).after


def test_a_dispute_of_a_part_that_is_lost_leaves_the_order_paid_and_tells_the_amount() -> None:
    after = after_all(lost(100))

    assert (after.status, after.amount_charged_back) == (S.PAID, 100)
    assert after.fulfilled


def test_parts_that_went_back_add_up_to_a_charge_back() -> None:
    half = settled(PAID, refund(amount=2_500)).after

    assert after_all(lost(2_499), before=half).status is S.PARTIALLY_REFUNDED
    whole = after_all(lost(2_500), before=half)
    assert (whole.status, whole.amount_charged_back) == (S.CHARGED_BACK, 2_500)
    twice = after_all(lost(2_500), lost(2_500, "dp_2"))
    assert (twice.status, twice.amount_charged_back) == (S.CHARGED_BACK, 5_000)


def test_what_is_back_on_its_way_or_charged_back_is_not_left() -> None:
    def left(*views: DisputeView | RefundView) -> int:
        after = after_all(*views)
        assert after.winner is not None
        return after.amount_left(after.winner)

    assert left(lost(100)) == 4_900
    assert left(replace(dispute("dp_1", "won"), amount=100)) == 5_000
    assert left(lost(5_000), lost(5_000, "dp_2")) == 0
    assert left(replace(refund(amount=1_000), status="pending")) == 4_000
    assert left(replace(refund(amount=1_000), status="failed")) == 5_000


def test_no_more_is_charged_back_than_was_paid() -> None:
    after = after_all(lost(5_000), lost(5_000, "dp_2"))

    assert (after.status, after.amount_charged_back) == (S.CHARGED_BACK, 5_000)


# Each word is seen two seconds after the last: a change after the first is named by its moment.
DISPUTES: list[tuple[tuple[str, ...], list[tuple[MessageKind, str]], OrderStatus]] = [
    (("needs_response", "under_review", "won"),
     [(M.DISPUTED, "dp_1"), (M.DISPUTE_NEEDS_RESPONSE, "dp_1"),
      (M.DISPUTE_CLOSED, "dp_1:won:6000")], S.PAID),
    (("needs_response", "lost"),
     [(M.DISPUTED, "dp_1"), (M.DISPUTE_NEEDS_RESPONSE, "dp_1"),
      (M.DISPUTE_CLOSED, "dp_1:lost:4000")], S.CHARGED_BACK),
    (("needs_response", "prevented"),
     [(M.DISPUTED, "dp_1"), (M.DISPUTE_NEEDS_RESPONSE, "dp_1"),
      (M.DISPUTE_CLOSED, "dp_1:prevented:4000")], S.PAID),
    (("warning_needs_response", "warning_under_review", "warning_closed"),
     [(M.DISPUTE_NEEDS_RESPONSE, "dp_1"), (M.DISPUTE_CLOSED, "dp_1:warning_closed:6000")], S.PAID),
    (("warning_needs_response", "needs_response"),
     [(M.DISPUTE_NEEDS_RESPONSE, "dp_1"), (M.DISPUTED, "dp_1:needs_response:4000"),
      (M.DISPUTE_NEEDS_RESPONSE, "dp_1:needs_response:4000")], S.DISPUTED),
    (("won", "lost"), [(M.DISPUTE_CLOSED, "dp_1"), (M.DISPUTE_CLOSED, "dp_1:lost:4000")],
     S.CHARGED_BACK),
    (("won", "lost", "won"),
     [(M.DISPUTE_CLOSED, "dp_1"), (M.DISPUTE_CLOSED, "dp_1:lost:4000"),
      (M.DISPUTE_CLOSED, "dp_1:won:6000")], S.PAID),
    (("needs_response", "won", "needs_response", "won"),
     [(M.DISPUTED, "dp_1"), (M.DISPUTE_NEEDS_RESPONSE, "dp_1"),
      (M.DISPUTE_CLOSED, "dp_1:won:4000"), (M.DISPUTED, "dp_1:needs_response:6000"),
      (M.DISPUTE_NEEDS_RESPONSE, "dp_1:needs_response:6000"),
      (M.DISPUTE_CLOSED, "dp_1:won:8000")], S.PAID),
    (("lost", "appeal_under_review", "lost", "appeal_under_review", "lost"),
     [(M.DISPUTE_CLOSED, "dp_1"), (M.DISPUTED, "dp_1:appeal_under_review:4000"),
      (M.DISPUTE_CLOSED, "dp_1:lost:6000"), (M.DISPUTED, "dp_1:appeal_under_review:8000"),
      (M.DISPUTE_CLOSED, "dp_1:lost:10000")], S.CHARGED_BACK),
    (("lost", "appeal_needs_response", "won"),
     [(M.DISPUTE_CLOSED, "dp_1"), (M.DISPUTED, "dp_1:appeal_needs_response:4000"),
      (M.DISPUTE_NEEDS_RESPONSE, "dp_1:appeal_needs_response:4000"),
      (M.DISPUTE_CLOSED, "dp_1:won:6000")], S.PAID),
]  # fmt: skip


@pytest.mark.parametrize(("life", "messages", "status"), DISPUTES)
def test_a_dispute_is_told_when_it_opens_needs_an_answer_and_closes(
    life: tuple[str, ...], messages: list[tuple[MessageKind, str]], status: OrderStatus
) -> None:
    now, heard = PAID, list[tuple[MessageKind, str]]()
    for turn, word in enumerate(life, start=1):
        result = settled(now, dispute(status=word), at=turn * 2_000)
        assert told(settled(result.after, dispute(status=word), at=turn * 2_000)) == []
        heard += told(result)
        now = result.after

    assert heard == messages
    assert len(set(heard)) == len(heard)  # a message is known by its kind and what it is about
    assert now.status is status


def test_an_inquiry_moves_no_money_and_no_status() -> None:
    after = after_all(dispute(status="warning_needs_response"))

    assert dispute(status="warning_needs_response").is_inquiry
    assert not dispute(status="needs_response").is_inquiry
    assert (after.status, after.amount_charged_back) == (S.PAID, 0)


def test_what_a_settled_order_turns_out_to_lack_is_a_correction() -> None:
    assert settled(PAID, refund()).corrected
    assert settled(PAID, lost(100)).corrected
    assert not settled(PAID, refund(status="pending")).corrected
    assert not settled(ledger(), session(), refund()).corrected
    assert not settled(PAID, session()).corrected
