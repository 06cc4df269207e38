"""Whatever is logged, by whomever: one JSON object a line, and no secret in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from checkout_service import logs

log = logging.getLogger("checkout_service.tests")


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    logs.configure("INFO", ["the-admin-password"])
    yield
    root.handlers, level = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


SECRETS = [
    "sk_live_51CanaryCanary",
    "rk_test_CanaryCanary",
    "sk_org_test_CanaryCanary",
    "whsec_CanaryCanary",
    "pi_3Abc_secret_CanaryCanary",
    "cs_test_a1_secret_CanaryCanary",
    "buyer.canary@mail.example",
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "378282246310005",
    "Bearer canary-canary",
    "postgresql://shop:canary@db.example/shop",
    "cs_test_a1b2c3d4CanaryCanaryCanary",
    "the-admin-password",
]


def leaks(line: dict[str, Any]) -> bool:
    text = json.dumps(line).lower()
    return any(word in text for word in ("canary", "4242 4242", "4242-4242", "3782822", "admin-p"))


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_wherever_it_stands(
    secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.warning("in the message %s.", secret)
    log.warning("extra", extra={"why": f"({secret})", "deep": {"in": [secret], secret: 1}})
    log.error("in the exception", exc_info=ValueError(secret))

    told = lines(capsys)

    assert len(told) == 3
    assert not any(leaks(line) for line in told)


@pytest.mark.parametrize("secret", ['pass"word"of\\ours', "pässwörd-of-ours", "pass\nword-of-ours"])
def test_a_secret_that_json_writes_otherwise_is_hidden_too(
    secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO", [secret])

    log.warning("said %s", secret, extra={"why": [secret], "by": {secret: 1}})

    (line,) = lines(capsys)
    assert line["event"] == "said [hidden]"
    assert (line["why"], line["by"]) == (["[hidden]"], {"[hidden]": 1})


def test_a_card_number_in_digits_of_another_script_is_hidden(
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = "4242424242424242".translate({ord("0") + n: 0x0660 + n for n in range(10)})

    log.warning("said %s.", card)

    assert lines(capsys)[0]["event"] == "said [digits]."


def test_what_json_has_no_word_for_is_told_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("odd", extra={"path": Path("a/b"), "kinds": {"one"}, "when": float("inf")})

    (line,) = lines(capsys)
    assert (line["path"], line["kinds"], line["when"]) == ("a/b", ["one"], "inf")


def test_ordinary_words_and_numbers_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("order.moved", extra={"order_id": "ord_0123456789abcdefABCDEFgh", "at": 1732170000000})

    (line,) = lines(capsys)

    assert line["order_id"] == "ord_0123456789abcdefABCDEFgh"
    assert line["at"] == 1732170000000
    assert line["level"] == "info"
    assert line["logger"] == "checkout_service.tests"


@pytest.mark.parametrize(
    "nasty", ["a\nb", "a\r\nb", "\x1b[31mred", "\u2028", "\x00", '"}{"', "\ud800"]
)
def test_no_text_breaks_a_line(nasty: str, capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("said: %s", nasty, extra={"also": nasty, "number": float("nan")})

    (line,) = lines(capsys)

    assert line["event"] == f"said: {nasty}"
    assert line["number"] == "nan"


def test_what_a_line_is_given_never_takes_the_events_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.info("event.failed", extra={"event": "evt_1", "level": "none", "type": "charge.refunded"})

    (line,) = lines(capsys)

    assert line["event"] == "event.failed"
    assert line["extra_event"] == "evt_1"
    assert line["level"] == "info"


def test_a_full_disk_under_the_log_is_no_trouble(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        with redirect_stdout(full):
            log.error("database.away", exc_info=ValueError("x"))
        with pytest.raises(OSError, match="No space left"):
            full.close()

    assert capsys.readouterr().err == ""


def test_long_texts_are_cut_so_that_a_line_stays_one_write(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.warning("x" * 100_000, extra={"long": "a@" * 50_000})

    assert len(capsys.readouterr().out) < 4096


def test_gunicorn_and_werkzeug_speak_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("gunicorn.error", "werkzeug"):
        logging.getLogger(name).warning("hello")

    assert [line["logger"] for line in lines(capsys)] == ["gunicorn.error", "werkzeug"]


def test_every_line_of_a_request_carries_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    logs.bind_request("0123456789abcdef0123")
    log.info("one")
    logs.bind_request("another-request-id-000")
    log.info("two")

    assert [line["request_id"] for line in lines(capsys)] == [
        "0123456789abcdef0123",
        "another-request-id-000",
    ]
