"""How events are acknowledged: whatever comes, twice, at once, or unknown, gets its 2xx soon."""

from __future__ import annotations

import copy

from stripe_sandbox.report import cases
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.sender import Answer, again
from stripe_sandbox.report.trial import Broken, NotTried, Subject, Weight
from stripe_sandbox.store import new_id

SUBJECT = Subject("What is acknowledged")
CROWD = 20
_OLD = "2020-08-27"
# What a session showed in that version.
_OF_OLD = (
    "id", "object", "allow_promotion_codes", "amount_subtotal", "amount_total",
    "billing_address_collection", "cancel_url", "client_reference_id", "currency", "customer",
    "customer_email", "livemode", "locale", "metadata", "mode", "payment_intent",
    "payment_method_types", "payment_status", "setup_intent", "submit_type", "subscription",
    "success_url", "total_details",
)  # fmt: skip


def _taken(answer: Answer) -> str:
    if not answer.taken:
        raise Broken(f"{answer}, which Stripe counts as failed and tries again for three days")
    return str(answer)


def _no_error(answer: Answer) -> str:
    if answer.crashed:
        raise Broken(str(answer))
    return str(answer)


@SUBJECT.trial("The same event a second time is taken.", case=cases.CREDITED_TWICE)
def duplicate(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    event = examiner.fresh()
    _taken(examiner.sender.deliver(event))
    return _taken(examiner.sender.deliver(event))


@SUBJECT.trial("A second event for one and the same change is taken.", case=cases.NOT_UNIQUE)
def twin(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    return _taken(examiner.sender.deliver(examiner.fresh()))


@SUBJECT.trial("Twenty copies at once are no error, and then it is taken.", case=cases.NOT_ATOMIC)
def at_once(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    event = examiner.fresh()
    answers = examiner.sender.deliver_together([event] * CROWD)
    if bad := [answer for answer in answers if answer.crashed]:
        raise Broken(f"{len(bad)} of {CROWD}: {bad[0]}")
    _taken(examiner.sender.deliver(event))
    return f"{sum(answer.taken for answer in answers)} of {CROWD} taken at once"


@SUBJECT.trial("An event of a kind nobody has heard of is taken.", case=cases.NOT_2XX)
def unknown_kind(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    if examiner.kinds:
        raise NotTried("the endpoint is sent the kinds in --events alone")
    thing = {"id": new_id("moon"), "object": "moon", "livemode": False}
    event = examiner.fresh(type="moon.phase.changed", data={"object": thing})
    return _taken(examiner.sender.deliver(event))


@SUBJECT.trial(
    "A payment that another application made in the same account is taken.", case=cases.NOT_OURS
)
def foreign(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    return _taken(examiner.sender.deliver(examiner.of_a_stranger()))


@SUBJECT.trial("A foreign event without metadata or reference is no error.", weight=Weight.CARE)
def bare(examiner: Examiner) -> str:
    event = again(examiner.of_a_stranger())
    event["data"]["object"] |= {"metadata": None, "client_reference_id": None, "customer": None}
    return _no_error(examiner.sender.deliver(examiner.ground.keep(event)))


@SUBJECT.trial("An event of the other mode is no error.", weight=Weight.CARE, case=cases.MODES)
def other_mode(examiner: Examiner) -> str:
    event = examiner.fresh(livemode=not examiner.sample["livemode"])
    return _no_error(examiner.sender.deliver(event))


@SUBJECT.trial(
    "An event in the shape of an older API version is taken.",
    weight=Weight.CARE,
    case=cases.VERSION,
)
def older_version(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    thing = examiner.sample["data"]["object"]
    if thing["object"] != "checkout.session":
        raise NotTried("its session's shape is known alone, and --events leaves it out")
    old = {name: value for name, value in thing.items() if name in _OF_OLD}
    event = examiner.fresh(api_version=_OLD, data={"object": old})
    return _taken(examiner.sender.deliver(event))


@SUBJECT.trial("Fields and values that are new to the receiver are no hindrance.")
def newer_version(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    event = examiner.fresh(api_version="2031-01-01.future")
    thing = copy.deepcopy(event["data"]["object"])
    thing |= {"new_field": {"of": ["a", "kind"]}, "submit_type": "a_new_word"}
    event["data"] = {"object": thing}
    return _taken(examiner.sender.deliver(event))


@SUBJECT.trial("A thin event is no error.", weight=Weight.CARE, case=cases.THIN)
def thin(examiner: Examiner) -> str:
    if examiner.kinds:
        raise NotTried("the endpoint is sent the kinds in --events alone")
    return _no_error(examiner.sender.deliver(examiner.ground.thin(examiner.fresh())))


@SUBJECT.trial(
    "No answer took half of the ten seconds for which Checkout holds the buyer.",
    case=cases.SLOW,
)
def prompt(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    slowest = examiner.sender.slowest
    if slowest >= examiner.sender.seconds / 2:
        raise Broken(f"one took {slowest:.1f} s with nobody else waiting", weight=Weight.CARE)
    return f"the slowest took {slowest * 1000:.0f} ms"
