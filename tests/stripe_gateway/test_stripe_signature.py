"""Who may speak to us: the signature, its age, and the shape of what was signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import stripe
import time_machine

from checkout_service.domain.errors import BadEvent
from checkout_service.domain.facts.snapshots import SessionView
from checkout_service.stripe_gateway import StripeParts
from tests.stripe_gateway import stripe_json as sj
from tests.stripe_gateway.conftest import SECRETS

NOW = 1_790_000_100.0


def sign(body: bytes, secret: str = SECRETS[0], at: float = NOW) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, int(at))
    return header


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


BODY = sj.as_body(sj.an_event())


def test_a_signed_event_is_read_and_its_bytes_are_kept(gateway: StripeParts) -> None:
    event = gateway.event_reader.read_signed(BODY, sign(BODY))

    assert (event.id, event.type, event.livemode) == ("evt_1", "checkout.session.completed", False)
    assert event.api_version == "2026-10-28.endive"
    assert event.created == sj.CREATED * 1000
    assert event.body == BODY
    assert isinstance(event.subject, SessionView)
    assert event.signed_at == int(NOW) * 1000
    assert gateway.event_reader.read(BODY) == replace(event, signed_at=None)


def test_an_event_says_whose_account_it_is_about(gateway: StripeParts) -> None:
    body = sj.as_body(sj.an_event(account="acct_1"))

    assert gateway.event_reader.read_signed(body, sign(body)).account == "acct_1"


def test_an_event_says_when_it_was_signed_however_old_it_is(gateway: StripeParts) -> None:
    event = gateway.event_reader.read_signed(BODY, sign(BODY, at=NOW - 299))

    assert event.signed_at == (int(NOW) - 299) * 1000
    assert event.created == sj.CREATED * 1000


@pytest.mark.parametrize("secret", SECRETS)
def test_any_secret_of_ours_will_do(gateway: StripeParts, secret: str) -> None:
    assert gateway.event_reader.read_signed(BODY, sign(BODY, secret)).id == "evt_1"


def test_one_good_signature_among_others_will_do(gateway: StripeParts) -> None:
    good = sign(BODY).split("v1=")[1]
    header = f"t={int(NOW)},v1={'0' * 64},v1={good},v0={'a' * 64}"

    assert gateway.event_reader.read_signed(BODY, header).id == "evt_1"


@pytest.mark.parametrize(
    ("age", "good"),
    [(0, True), (299, True), (-299, True), (301, False), (-301, False), (10**9, False)],
)
def test_a_signature_is_good_for_five_minutes_to_both_sides(
    gateway: StripeParts, age: int, *, good: bool
) -> None:
    header = sign(BODY, at=NOW - age)

    if good:
        assert gateway.event_reader.read_signed(BODY, header).id == "evt_1"
    else:
        with pytest.raises(BadEvent):
            gateway.event_reader.read_signed(BODY, header)


_GOOD = sign(BODY)
_HEX = _GOOD.split("v1=")[1]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "garbage",
        "t=",
        f"t={int(NOW)}",
        f"v1={_HEX}",
        f"t={int(NOW)},v1=",
        f"t={int(NOW)}, v1={_HEX}",
        f"t={int(NOW)},v0={_HEX}",
        f"t={int(NOW)},v1={_HEX[:-1]}",
        f"t={int(NOW)},v1={_HEX.upper()}",
        f"t={int(NOW)},v1={_HEX[:-1]}é",
        f"t={int(NOW)},v1={_HEX}\n",
        f"t={int(NOW)},t={int(NOW)},v1={_HEX}",
        f"t={'9' * 13},v1={_HEX}",
        f"t=-{int(NOW)},v1={_HEX}",
        f"t=١٢٣,v1={_HEX}",
        f"t={int(NOW)},v1={'0' * 64}",
        _GOOD + ",v1=" + "a" * 5000,
        "t=1," * 2000,
        sign(BODY, "whsec_other"),
        sign(BODY + b" "),
    ],
)
def test_a_bad_header_is_refused(gateway: StripeParts, header: str | None) -> None:
    with pytest.raises(BadEvent):
        gateway.event_reader.read_signed(BODY, header)


def test_a_body_that_is_not_utf8_is_refused(gateway: StripeParts) -> None:
    with pytest.raises(BadEvent):
        gateway.event_reader.read_signed(b"\xff\xfe", _GOOD)
    with pytest.raises(BadEvent):
        gateway.event_reader.read(b"\xff\xfe")


def _changed(**changes: object) -> str:
    return json.dumps(sj.an_event(**changes))


_DEEP = '{"a":' * 40 + "[" * 40 + "]" * 40 + "}" * 40


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "3",
        '"text"',
        "{}",
        '{"object":"event"}',
        _changed(object="v2.core.event"),
        _changed(id=None),
        _changed(id=""),
        _changed(id="evt_"),
        _changed(id="evt_" + "a" * 300),
        _changed(id="evt_\x00"),
        _changed(id=7),
        _changed(type=None),
        _changed(type=""),
        _changed(type=["x"]),
        _changed(type="a\x00b"),
        _changed(livemode=None).replace('"livemode": null', '"livemode": 0'),
        _changed(created="1790000000"),
        _changed(created=None),
        _changed(created=0),
        _changed(created=-5),
        _changed(created=2**63),
        _changed(created=1.79e9),
        _changed(api_version=3),
        _changed(account={"id": 3}),
        _changed(data=None),
        _changed(data="x"),
        _changed(data={}),
        _changed(data={"object": "x"}),
        _changed(data={"object": sj.a_session(amount_total=float("nan"))}),
        _changed(data={"object": sj.a_session(amount_total=float("inf"))}),
        _changed(pending_webhooks=float("nan")),
        "[" * 100_000,
        '{"a":' * 100_000,
        _changed(request=json.loads(_DEEP)),
        _changed().replace('"pending_webhooks": 1', '"n": ' + "9" * 5000),
        "\ufeff" + _changed(),
    ],
)  # fmt: skip
def test_signed_but_no_event_is_refused(gateway: StripeParts, text: str) -> None:
    body = text.encode()

    with pytest.raises(BadEvent) as refusal:
        gateway.event_reader.read_signed(body, sign(body))
    assert len(str(refusal.value)) < 100
    with pytest.raises(BadEvent):
        gateway.event_reader.read(body)


@pytest.mark.parametrize(
    ("thing", "field", "hints"),
    [
        ({}, "object", ()),
        ({"object": 3}, "object", ()),
        (
            sj.a_session(amount_total="1"),
            "amount_total",
            (sj.ORDER_ID, sj.SESSION_ID, sj.INTENT_ID),
        ),
    ],
)
def test_an_event_whose_object_cannot_be_read_says_what_is_amiss(
    gateway: StripeParts, thing: sj.Json, field: str, hints: tuple[str, ...]
) -> None:
    body = sj.as_body(sj.an_event(thing))

    event = gateway.event_reader.read_signed(body, sign(body))

    assert (event.subject, event.unreadable, event.hints) == (None, field, hints)


def test_brackets_inside_strings_are_not_depth(gateway: StripeParts) -> None:
    body = sj.as_body(sj.an_event(request={"id": '\\"' + "[{" * 500, "more": ["[" * 300] * 9}))

    assert gateway.event_reader.read_signed(body, sign(body)).id == "evt_1"


def test_many_brackets_side_by_side_are_not_depth(gateway: StripeParts) -> None:
    body = sj.as_body(sj.an_event(request=[{"x": []}] * 500))

    assert gateway.event_reader.read_signed(body, sign(body)).id == "evt_1"


@pytest.mark.parametrize("kind", ["customer.created", "some.new_thing.happened"])
def test_a_foreign_kind_of_event_has_no_subject(gateway: StripeParts, kind: str) -> None:
    body = sj.as_body(sj.an_event({"object": "customer", "id": "cus_1"}, type=kind))

    event = gateway.event_reader.read_signed(body, sign(body))

    assert event.type == kind
    assert event.subject is None


def test_text_from_outside_may_be_odd(gateway: StripeParts) -> None:
    odd = sj.a_session(client_reference_id="a\x00b", customer_details={"email": "\ud800@x"})
    body = json.dumps(sj.an_event(odd)).encode()

    event = gateway.event_reader.read_signed(body, sign(body))

    assert isinstance(event.subject, SessionView)
    assert event.subject.client_reference_id is None
    assert event.subject.customer_email is None


def test_without_a_secret_nobody_can_sign(build: Callable[..., StripeParts]) -> None:
    mute = replace(build().event_reader, webhook_secrets=())

    with pytest.raises(BadEvent):
        mute.read_signed(BODY, sign(BODY))
