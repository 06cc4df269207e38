"""Who is believed: a good signature is, a missing, false, old or future one is not."""

from __future__ import annotations

import copy

from stripe_sandbox.report import cases
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.sender import STRANGER, Answer, body_of
from stripe_sandbox.report.trial import Broken, NotTried, Subject, Weight

SUBJECT = Subject("Who is believed")
HOUR = 3_600
_DEPTH = 20_000


def _refused(answer: Answer) -> str:
    """Return how it was refused; by 4xx or by an error, nobody was believed."""
    if answer.taken:
        raise Broken(f"believed: {answer}")
    if not answer.status:
        raise Broken(str(answer), weight=Weight.CARE)
    return str(answer)


@SUBJECT.trial("A well-signed event is taken.")
def signed(examiner: Examiner) -> str:
    if not examiner.welcome.taken:
        raise Broken(str(examiner.welcome))
    return str(examiner.welcome)


@SUBJECT.trial("An event without a signature is refused.", weight=Weight.MONEY, case=cases.UNSIGNED)
def unsigned(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    return _refused(examiner.sender.post(body_of(examiner.fresh()), None))


@SUBJECT.trial(
    "An event with an empty signature is refused.", weight=Weight.MONEY, case=cases.NO_HEADER
)
def empty_signature(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    return _refused(examiner.sender.post(body_of(examiner.fresh()), ""))


@SUBJECT.trial(
    "An event signed with another secret is refused.",
    weight=Weight.MONEY,
    case=cases.OTHER_SECRET,
)
def other_secret(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    body = body_of(examiner.fresh())
    return _refused(examiner.sender.post(body, examiner.sender.sign(body, [STRANGER])))


@SUBJECT.trial(
    "An event that was changed after it was signed is refused.",
    weight=Weight.MONEY,
    case=cases.FORGED,
)
def tampered(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    event = examiner.fresh()
    header = examiner.sender.sign(body_of(event))
    changed = copy.deepcopy(event)
    changed["data"]["object"]["amount_total"] = 1
    return _refused(examiner.sender.post(body_of(changed), header))


@SUBJECT.trial(
    "A signature of the old scheme v0, which proves nothing, is refused.", weight=Weight.MONEY
)
def scheme_v0(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    body = body_of(examiner.fresh())
    parts = examiner.sender.sign(body).split(",")
    kept = [part.replace("v1=", "v0=") for part in parts if not part.startswith("v0=")]
    return _refused(examiner.sender.post(body, ",".join(kept)))


@SUBJECT.trial("An event signed an hour ago is refused.", case=cases.STALE)
def stale(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    body = body_of(examiner.fresh())
    return _refused(examiner.sender.post(body, examiner.sender.sign(body, shift=-HOUR)))


@SUBJECT.trial("An event signed an hour from now is refused.", weight=Weight.CARE)
def future(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    body = body_of(examiner.fresh())
    answer = examiner.sender.post(body, examiner.sender.sign(body, shift=HOUR))
    if answer.taken:
        raise Broken(f"believed: {answer} (Stripe's own libraries look at the past only)")
    return _refused(answer)


@SUBJECT.trial(
    "Of several signatures one good one is enough, whichever it is: a secret is being rolled.",
    case=cases.ROLLED,
)
def rolled_secret(examiner: Examiner) -> str:
    examiner.must_be_welcome()
    mine = examiner.sender.secrets[0]
    for secrets in ([STRANGER, mine], [mine, STRANGER]):
        body = body_of(examiner.fresh())
        answer = examiner.sender.post(body, examiner.sender.sign(body, secrets))
        if not answer.taken:
            place = "last" if secrets[-1] == mine else "first"
            raise Broken(f"{answer} with the good signature {place}")
    return "taken with the good one first and last"


@SUBJECT.trial("With two secrets configured each is good alone.", case=cases.TWO_SECRETS)
def each_secret(examiner: Examiner) -> str:
    secrets = examiner.sender.secrets
    if len(secrets) == 1:
        raise NotTried("needs a second --secret")
    for number, secret in enumerate(secrets, start=1):
        body = body_of(examiner.fresh())
        answer = examiner.sender.post(body, examiner.sender.sign(body, [secret]))
        if not answer.taken:
            raise Broken(f"{answer} with secret {number} of {len(secrets)}")
    return f"all {len(secrets)} taken"


@SUBJECT.trial(
    "Whoever is not believed is told so by 4xx, not by an error of the receiver.",
    weight=Weight.CARE,
    case=cases.UNHANDLED,
)
def refusal(examiner: Examiner) -> str:
    seen = []
    body = body_of(examiner.fresh())
    for header in (None, "", examiner.sender.sign(body, [STRANGER])):
        answer = examiner.sender.post(body, header)
        if not answer.refused:
            raise Broken(str(answer))
        seen.append(str(answer.status))
    return f"answered {', '.join(seen)}"


@SUBJECT.trial("A signature that is no ASCII is refused, not an error.", weight=Weight.CARE)
def signature_no_ascii(examiner: Examiner) -> str:
    body = body_of(examiner.fresh())
    stamp = examiner.sender.sign(body).split(",")[0]
    return _no_crash(examiner.sender.post(body, f"{stamp},v1=".encode() + b"\xc3\xa9" * 32))


@SUBJECT.trial("A body that is no text is refused, not an error.", weight=Weight.CARE)
def body_no_text(examiner: Examiner) -> str:
    body = b"\xff\xfe{}\x00"
    return _no_crash(examiner.sender.post(body, examiner.sender.sign(body, [STRANGER])))


@SUBJECT.trial("A body nested without end is refused, not an error.", weight=Weight.CARE)
def body_too_deep(examiner: Examiner) -> str:
    body = b'{"data":' * _DEPTH + b"1" + b"}" * _DEPTH
    return _no_crash(examiner.sender.post(body, None))


@SUBJECT.trial("A well-signed body that is no event is no error.", weight=Weight.CARE)
def signed_nonsense(examiner: Examiner) -> str:
    seen = []
    for body in (b"[]", b"null", b'{"object": "event"}'):
        answer = examiner.sender.post(body, examiner.sender.sign(body))
        if answer.crashed:
            raise Broken(f"{answer} to {body.decode()}")
        seen.append(str(answer.status))
    return f"answered {', '.join(seen)}"


def _no_crash(answer: Answer) -> str:
    if answer.taken:
        raise Broken(f"believed: {answer}", weight=Weight.MONEY)
    if answer.crashed:
        raise Broken(str(answer))
    return str(answer)
