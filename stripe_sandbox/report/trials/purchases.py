"""One paid purchase is fulfilled, once, whatever becomes of its events on the way."""

from __future__ import annotations

import time

from stripe_sandbox.report import cases
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.sender import STRANGER, Answer, again, body_of
from stripe_sandbox.report.trial import Broken, Door, NotTried, Subject, Weight
from stripe_sandbox.store import Json

SUBJECT = Subject("Paid once, fulfilled once", (Door.CREATE, Door.FULFILLED))
CROWD = 20
THREE_DAYS = 3 * 86_400
_WHILE_CREATING = 3.0  # seconds a webhook may take while the create call still waits


@SUBJECT.trial("A paid purchase is fulfilled.")
def paid(examiner: Examiner) -> str:
    if examiner.fulfils:
        raise Broken(examiner.fulfils)
    return "fulfilled"


@SUBJECT.trial(
    "Events that come twice fulfil once.", weight=Weight.MONEY, case=cases.RECEIVED_TWICE
)
def paid_duplicate(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)
    examiner.deliver([*events, *events])
    examiner.is_once(purchase)
    return "once"


@SUBJECT.trial("Two events for one change fulfil once.", weight=Weight.MONEY, case=cases.NOT_UNIQUE)
def paid_twin(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    for event in examiner.news(purchase):
        examiner.deliver([event, examiner.ground.keep(again(event))])
    examiner.is_once(purchase)
    return "once"


@SUBJECT.trial("Twenty copies at once fulfil once.", weight=Weight.MONEY, case=cases.AT_ONCE)
def paid_at_once(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)
    for event in events:
        examiner.sender.deliver_together([event] * CROWD)
    examiner.deliver(events)
    examiner.is_once(purchase)
    return "once"


@SUBJECT.trial("Events in the opposite order fulfil.", case=cases.REORDERED)
def paid_reordered(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)[::-1]
    _deliver_anew(examiner, events)
    examiner.is_fulfilled(purchase)
    return "fulfilled"


@SUBJECT.trial("Events that come three days late fulfil.", weight=Weight.CARE)
def paid_late(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    old = {"created": int(time.time()) - THREE_DAYS}
    examiner.ground.alter(purchase.session, old, old)
    examiner.deliver([event | old for event in examiner.news(purchase)])
    examiner.is_fulfilled(purchase)
    return "fulfilled"


@SUBJECT.trial(
    "An event that comes before Stripe's answer to the create call is not lost.",
    case=cases.TOO_EARLY,
)
def paid_before_answer(examiner: Examiner) -> str:
    examiner.must_fulfil()
    events: list[Json] = []
    answers: list[Answer] = []
    known = examiner.ground.events()[-1]["id"]

    def pay_at_once() -> None:
        session = examiner.ground.newest_session() or {}
        examiner.ground.pay(session)
        for event in examiner.ground.events(known):
            if not examiner.kinds or event["type"] in examiner.kinds:
                events.append(event)
                answers.append(examiner.sender.deliver(event, seconds=_WHILE_CREATING))

    examiner.ground.before_answer = pay_at_once
    purchase = examiner.buy()
    early = "taken early" if all(one.taken for one in answers) else "refused early, taken later"
    examiner.deliver(
        event for event, answer in zip(events, answers, strict=True) if not answer.taken
    )
    examiner.is_fulfilled(purchase)
    return early


@SUBJECT.trial(
    "A line that is cut before the answer, and the event again, fulfil once.",
    weight=Weight.MONEY,
    case=cases.CREDITED_TWICE,
)
def paid_hung_up(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)
    for event in events:
        try:
            examiner.sender.hang_up(event)
        except OSError as error:
            raise NotTried(f"the line could not be cut: {error}") from error
    examiner.deliver(events)
    examiner.is_once(purchase)
    return "once"


@SUBJECT.trial(
    "While Stripe answers 500 nothing is lost: it is known already, or tried again.",
    case=cases.MARKED_TOO_SOON,
)
def paid_while_down(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)
    examiner.ground.break_down()
    try:
        answers = [examiner.sender.deliver(event) for event in events]
    finally:
        examiner.ground.mend()
    left = [event for event, answer in zip(events, answers, strict=True) if not answer.taken]
    examiner.deliver(left)
    examiner.is_fulfilled(purchase)
    return f"{len(left)} of {len(events)} had to be sent again"


@SUBJECT.trial("A forgery under an event's own id does not use the id up.")
def paid_after_forgery(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)
    for event in events:
        body = body_of(event)
        examiner.sender.post(body, examiner.sender.sign(body, [STRANGER]))
    examiner.deliver(events)
    examiner.is_fulfilled(purchase)
    return "fulfilled"


def _deliver_anew(examiner: Examiner, events: list[Json]) -> None:
    """Send all, then again what was not taken: the order may have been why."""
    left = [event for event in events if not examiner.sender.deliver(event).taken]
    examiner.deliver(left)
