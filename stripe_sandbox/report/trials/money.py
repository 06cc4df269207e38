"""Only the right money counts: what is late, refused, less, foreign or forged fulfils nothing."""

from __future__ import annotations

import copy

from stripe_sandbox.report import cases
from stripe_sandbox.report.examiner import COMPLETED, Examiner, Purchase
from stripe_sandbox.report.sender import STRANGER, again, body_of
from stripe_sandbox.report.trial import Broken, Door, NotTried, Subject, Weight
from stripe_sandbox.store import Json

SUBJECT = Subject("Only the right money", (Door.CREATE, Door.FULFILLED))


def _on_its_way(examiner: Examiner) -> Purchase:
    """Buy something whose money has yet to come."""
    examiner.must_fulfil()
    purchase = examiner.buy()
    if purchase.session["mode"] != "payment":
        raise NotTried("only tried with one-time payments")
    examiner.ground.pay_later(purchase.session)
    examiner.deliver(examiner.news(purchase))
    return purchase


@SUBJECT.trial(
    "A session that is completed but unpaid fulfils nothing.",
    weight=Weight.MONEY,
    case=cases.UNPAID_COMPLETE,
)
def unpaid(examiner: Examiner) -> str:
    examiner.is_not(_on_its_way(examiner))
    return "waits for the money"


@SUBJECT.trial("Delayed money that comes in fulfils.", case=cases.DELAYED)
def delayed_paid(examiner: Examiner) -> str:
    purchase = _on_its_way(examiner)
    examiner.ground.settle(purchase.session, "succeeded")
    examiner.deliver(examiner.news(purchase))
    examiner.is_fulfilled(purchase)
    return "fulfilled when it came"


@SUBJECT.trial("Delayed money that never comes fulfils nothing.", weight=Weight.MONEY)
def delayed_failed(examiner: Examiner) -> str:
    purchase = _on_its_way(examiner)
    examiner.ground.settle(purchase.session, "failed")
    examiner.deliver(examiner.news(purchase))
    examiner.is_not(purchase)
    return "nothing was fulfilled"


@SUBJECT.trial("A declined card fulfils nothing.", weight=Weight.MONEY, case=cases.FAILED_PAID)
def declined(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy()
    examiner.ground.decline(purchase.session)
    examiner.deliver(_something(examiner.news(purchase)))
    examiner.is_not(purchase)
    return "nothing was fulfilled"


@SUBJECT.trial(
    "A declined card, then one that works, fulfil, though the failure is told last.",
    case=cases.LATE_FAILURE,
)
def declined_then_paid(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy()
    examiner.ground.decline(purchase.session)
    failure = _something(examiner.news(purchase))
    if purchase.session["status"] != "open":
        raise NotTried("the session did not stay open")
    examiner.ground.pay(purchase.session)
    examiner.deliver([*examiner.news(purchase), *failure])
    examiner.is_fulfilled(purchase)
    return "fulfilled"


@SUBJECT.trial("A session that expires fulfils nothing.", weight=Weight.MONEY)
def expired(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy()
    examiner.ground.expire(purchase.session)
    examiner.deliver(_something(examiner.news(purchase)))
    examiner.is_not(purchase)
    return "nothing was fulfilled"


@SUBJECT.trial(
    "An expiry that is told after the payment takes nothing back.", case=cases.LATE_EXPIRY
)
def expired_late(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    examiner.deliver(examiner.news(purchase))
    examiner.is_fulfilled(purchase)
    over = examiner.ground.shown(purchase.session) | {
        "status": "expired", "payment_status": "unpaid",
    }  # fmt: skip
    examiner.deliver([examiner.ground.invented("checkout.session.expired", over)])
    examiner.is_still(purchase)
    return "still fulfilled"


@SUBJECT.trial("A partial refund is taken, and fulfils nothing again.", case=cases.REFUND)
def refunded(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    examiner.deliver(examiner.news(purchase))
    examiner.is_fulfilled(purchase)
    if purchase.session["mode"] != "payment":
        raise NotTried("only tried with one-time payments")
    examiner.ground.refund(purchase.session, purchase.session["amount_total"] // 2)
    answers = examiner.deliver(_something(examiner.news(purchase)))
    if bad := next((answer for answer in answers if not answer.taken), None):
        raise Broken(str(bad))
    examiner.is_still(purchase)
    return "taken; still fulfilled"


@SUBJECT.trial(
    "A forged event for an order that waits for its money fulfils nothing.",
    weight=Weight.MONEY,
    case=cases.FORGED,
)
def forged(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy()
    paid = examiner.ground.shown(purchase.session) | {
        "status": "complete", "payment_status": "paid",
    }  # fmt: skip
    body = body_of(again(examiner.sample, type=COMPLETED, data={"object": paid}))
    sender = examiner.sender
    for header in (None, "", sender.sign(body, [STRANGER]), f"{sender.sign(body, [STRANGER])},v1="):
        sender.post(body, header)
    examiner.is_not(purchase)
    return "four forgeries, nothing fulfilled"


def _something(events: list[Json]) -> list[Json]:
    if not events:
        raise NotTried("--events leaves out what would tell of it")
    return events


def _altered(examiner: Examiner, session: Json, money: Json) -> str:
    """Pay, and let Stripe say of it what it should not: nothing may be fulfilled."""
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    examiner.ground.alter(purchase.session, session, money)
    try:
        examiner.deliver(examiner.news(purchase))
        examiner.is_not(purchase)
    finally:
        examiner.ground.mend()
    return "held back"


@SUBJECT.trial("Less money than was asked for fulfils nothing.", case=cases.AMOUNT)
def other_amount(examiner: Examiner) -> str:
    return _altered(
        examiner,
        {"amount_total": 51, "amount_subtotal": 51},
        {"amount": 51, "amount_received": 51, "amount_captured": 51},
    )


@SUBJECT.trial("The same number in another currency fulfils nothing.", case=cases.AMOUNT)
def other_currency(examiner: Examiner) -> str:
    return _altered(examiner, {"currency": "huf"}, {"currency": "huf"})


@SUBJECT.trial("A payment of the other mode fulfils nothing.", case=cases.MODES_LEAK)
def paid_in_other_mode(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    examiner.ground.alter(purchase.session, {"livemode": True}, {"livemode": True})
    try:
        events = [event | {"livemode": True} for event in examiner.news(purchase)]
        examiner.deliver(events)
        examiner.is_not(purchase)
    finally:
        examiner.ground.mend()
    return "nothing was fulfilled"


@SUBJECT.trial(
    "A cheaper session that only carries the order's reference fulfils nothing.",
    weight=Weight.CARE,
)
def borrowed_reference(examiner: Examiner) -> str:
    """A Payment Link takes its reference from the buyer's address bar."""
    examiner.must_fulfil()
    purchase = examiner.buy()
    reference = purchase.session["client_reference_id"]
    if not reference:
        raise NotTried("its sessions carry no client_reference_id")
    data = {
        "currency": purchase.session["currency"],
        "unit_amount": "51",
        "product_data": {"name": "Something cheap"},
    }
    cheap = examiner.ground.new_session(
        client_reference_id=reference, line_items=[{"price_data": data, "quantity": "1"}]
    )
    examiner.ground.pay(cheap)
    examiner.deliver(copy.deepcopy(examiner.news(purchase)))
    examiner.is_not(purchase)
    return "nothing was fulfilled"
