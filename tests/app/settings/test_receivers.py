"""NOTIFY_URL may name several receivers; NOTIFY_SECRET says what signs for each of them."""

from __future__ import annotations

import pytest

from tests.app.settings.loading import LIVE, NOTIFY, load, named, refusal

A, B = "https://a.example/hook", "https://b.example/hook"
OTHER, THIRD = "whsec_" + "b3RoZXIh" * 4, "whsec_" + "dGhpcmQh" * 4


@pytest.mark.parametrize("between", [",", " ", ", ", "\n", " , \n  "])
def test_receivers_and_their_secrets_stand_in_one_order(between: str) -> None:
    known = load(notify_url=between.join((A, B)), notify_secret=between.join((NOTIFY, OTHER)))

    assert known.receivers == ((A, (NOTIFY,)), (B, (OTHER,)))


def test_one_secret_may_sign_for_all() -> None:
    known = load(notify_url=f"{A},{B}", notify_secret=NOTIFY)

    assert known.receivers == ((A, (NOTIFY,)), (B, (NOTIFY,)))


def test_all_secrets_sign_for_a_lone_receiver() -> None:
    known = load(notify_url=A, notify_secret=f"{NOTIFY},{OTHER}")

    assert known.receivers == ((A, (NOTIFY, OTHER)),)


def test_one_of_several_rotates_when_it_is_named_once_for_each_secret() -> None:
    known = load(notify_url=f"{A},{B},{A}", notify_secret=f"{NOTIFY},{OTHER},{THIRD}")

    assert known.receivers == ((A, (NOTIFY, THIRD)), (B, (OTHER,)))


def test_without_an_address_there_is_no_receiver() -> None:
    assert load(notify_secret=NOTIFY).receivers == ()


@pytest.mark.parametrize(
    ("urls", "secrets"), [((A, B), (NOTIFY, OTHER, THIRD)), ((A, B, A), (NOTIFY, OTHER))]
)
def test_secrets_that_are_not_as_many_are_refused_with_the_numbers(
    urls: tuple[str, ...], secrets: tuple[str, ...]
) -> None:
    message = refusal(notify_url=",".join(urls), notify_secret=",".join(secrets))

    assert named(message) == {"NOTIFY_SECRET"}
    assert f"each of the {len(urls)} addresses" in message
    assert f"not {len(secrets)}" in message
    assert not any(secret in message for secret in secrets)


def test_several_receivers_need_a_secret_too() -> None:
    assert named(refusal(notify_url=f"{A},{B}")) == {"NOTIFY_SECRET"}


@pytest.mark.parametrize(
    "twin", [f"{A}?key=other", "https://user:word@a.example/hook", "https://A.EXAMPLE/hook"]
)
def test_two_that_nobody_could_tell_apart_are_refused(twin: str) -> None:
    message = refusal(notify_url=f"{A},{twin}", notify_secret=NOTIFY)

    assert named(message) == {"NOTIFY_URL"}
    assert "path of its own" in message


@pytest.mark.parametrize("bad", ["b.example/hook", "ftp://b.example", "https://", "https://b:0/"])
def test_each_of_several_addresses_is_checked(bad: str) -> None:
    assert named(refusal(notify_url=f"{A},{bad}", notify_secret=NOTIFY)) == {"NOTIFY_URL"}


def test_a_live_shop_tells_nobody_in_the_open() -> None:
    message = refusal(LIVE, notify_url=f"{A},http://b.example/hook", notify_secret=NOTIFY)

    assert "NOTIFY_URL" in named(message)


def test_what_is_no_address_is_refused_before_anything_starts() -> None:
    assert named(refusal(notify_url=f"{A} http://[::1", notify_secret=NOTIFY)) == {"NOTIFY_URL"}
