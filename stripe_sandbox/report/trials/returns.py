"""The buyer comes back before, after and while the webhook comes; or without having paid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from stripe_sandbox.report import cases
from stripe_sandbox.report.examiner import PLACEHOLDER, Examiner
from stripe_sandbox.report.trial import Broken, Door, NotTried, Subject, Weight

SUBJECT = Subject("The buyer's way back", (Door.CREATE, Door.FULFILLED))
_TABS = 5


@SUBJECT.trial(
    "Coming back without having paid fulfils nothing.",
    weight=Weight.MONEY,
    case=cases.UNPAID_RETURN,
)
def back_unpaid(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy()
    status = examiner.come_back(purchase)
    examiner.is_not(purchase)
    return f"the page answered {status}"


@SUBJECT.trial(
    "Coming back with the id of another, paid session fulfils nothing.",
    weight=Weight.MONEY,
    case=cases.ANOTHERS,
)
def back_with_anothers(examiner: Examiner) -> str:
    examiner.must_fulfil()
    unpaid, paid = examiner.buy(), examiner.buy_and_pay()
    if PLACEHOLDER not in (unpaid.session["success_url"] or unpaid.session["return_url"] or ""):
        raise NotTried("the way back carries no session id")
    examiner.come_back(unpaid, paid.session["id"])
    examiner.is_not(unpaid)
    return "nothing was fulfilled"


@SUBJECT.trial(
    "The webhook first, then the buyer: fulfilled once.", weight=Weight.MONEY, case=cases.RACE
)
def webhook_then_back(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    examiner.deliver(examiner.news(purchase))
    status = examiner.come_back(purchase)
    examiner.is_once(purchase)
    return f"once; the page answered {status}"


@SUBJECT.trial(
    "The buyer first, then the webhook: fulfilled once.",
    weight=Weight.MONEY,
    case=cases.DOUBLE_MAILS,
)
def back_then_webhook(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    status = examiner.come_back(purchase)
    examiner.deliver(examiner.news(purchase))
    examiner.is_once(purchase)
    return f"once; the page answered {status}"


@SUBJECT.trial(
    "Webhook and buyer in the same moment, in five tabs: fulfilled once.",
    weight=Weight.MONEY,
    case=cases.COUNTED_TWICE,
)
def back_and_webhook(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    events = examiner.news(purchase)
    with ThreadPoolExecutor(_TABS + len(events)) as pool:
        tabs = [pool.submit(examiner.come_back, purchase) for _ in range(_TABS)]
        hooks = [pool.submit(examiner.sender.deliver, event) for event in events]
        statuses = [tab.result() for tab in tabs]
        for hook in hooks:
            hook.result()
    examiner.deliver(events)
    examiner.is_once(purchase)
    if bad := [status for status in statuses if status >= 500]:  # noqa: PLR2004
        raise Broken(f"once, but a tab was shown {bad[0]}", weight=Weight.CARE)
    return "once"


@SUBJECT.trial(
    "No webhook comes at all: the buyer's return, or time, fulfils.",
    weight=Weight.CARE,
    case=cases.NO_WEBHOOK,
)
def back_alone(examiner: Examiner) -> str:
    examiner.must_fulfil()
    purchase = examiner.buy_and_pay()
    examiner.come_back(purchase)
    examiner.is_fulfilled(purchase)
    return "fulfilled"
