"""A live shop starts on secrets that nobody can guess or has read, written as they are."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

import pytest

from checkout_service.settings.env_file import read_env_file
from tests.app.settings.conftest import bare_environment
from tests.app.settings.loading import LIVE, SANDBOX, load, named, refusal
from tests.support.processes import ROOT

__all__ = ["bare_environment"]

LONG, LONGER = sha256(b"a").hexdigest()[:16], sha256(b"b").hexdigest()


@pytest.mark.parametrize(
    ("variable", "value", "taken"),
    [
        ("secret_key", LONG[1:], False),
        ("secret_key", LONG, True),
        ("api_keys", f"{LONGER},{LONG[1:]}", False),
        ("api_keys", f"{LONGER},{LONG}", True),
        ("metrics_token", LONG[1:], False),
        ("metrics_token", LONG, True),
        ("admin_password", LONG[:11], False),
        ("admin_password", LONG[:12], True),
    ],
)
def test_a_live_key_wants_secrets_too_long_to_guess(
    variable: str, value: str, *, taken: bool
) -> None:
    assert load(SANDBOX, **{variable: value})
    if taken:
        assert load(LIVE, **{variable: value}).live
    else:
        assert named(message := refusal(LIVE, **{variable: value})) == {variable.upper()}
        assert value not in message


_ASSIGNED = re.compile(
    r"(?:SECRET_KEY|API_KEYS?|ADMIN_PASSWORD|PASSWORD|METRICS_TOKEN)"
    r"[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9][A-Za-z0-9 _-]{11,})[\"']?$",
    re.MULTILINE | re.IGNORECASE,
)
_STRIPES = re.compile(r"(?:sk|rk)_(?:test|live)_")


def published() -> set[str]:
    """Find the values that the repository's own files give to what must stay secret."""
    found: set[str] = set()
    for path in (
        *ROOT.glob("*.py"), *ROOT.glob("*.yaml"), ROOT / ".env.example", ROOT / "app.json",
        *ROOT.glob("docs/**/*.*"), *ROOT.glob("tests/support/*.py"),
        *ROOT.glob("tests/*/conftest.py"),
    ):  # fmt: skip
        if path.suffix == ".pyc":
            continue
        lines = (line.rstrip(" ,") for line in path.read_text("utf-8").splitlines())
        found |= {value for line in lines for value in _ASSIGNED.findall(line)}
    return {value for value in found if not _STRIPES.match(value) and not value.isupper()}


def test_a_live_key_refuses_secrets_that_the_repository_publishes() -> None:
    known = published()
    assert {"development-api-key", "for-development-only-0123456789abcdef"} <= known
    for value in known:
        for variable in ("secret_key", "api_keys", "admin_password", "metrics_token"):
            if variable != "api_keys" or " " not in value:
                assert named(refusal(LIVE, **{variable: value})) == {variable.upper()}, value


@pytest.mark.parametrize("secret", ["whsec_sandbox", f"whsec_{LONG},whsec_tests"])
def test_a_live_key_refuses_a_webhook_secret_that_anybody_can_sign_with(secret: str) -> None:
    assert named(refusal(LIVE, stripe_webhook_secret=secret)) == {"STRIPE_WEBHOOK_SECRET"}


def test_the_secret_that_holds_a_place_verifies_nothing() -> None:
    assert load(LIVE, stripe_webhook_secret="whsec_later").signing_secrets == ()
    assert load(stripe_webhook_secret="whsec_later,whsec_abc").signing_secrets == ("whsec_abc",)


def test_the_env_file_is_read_literally(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED", raising=False)
    monkeypatch.setenv("SHOP_NAME", "Mine")
    monkeypatch.setenv("ADMIN_PASSWORD", "")  # or what the file sets would outlive this test
    monkeypatch.delenv("ADMIN_PASSWORD")
    (tmp_path / ".env").write_text("ADMIN_PASSWORD=a${SHOP_NAME}b$c\nSHOP_NAME=Yours\nAPI_KEYS=x\n")
    monkeypatch.setenv("API_KEYS", "set-before")

    read_env_file(tmp_path)

    assert os.environ["ADMIN_PASSWORD"] == "a${SHOP_NAME}b$c"
    assert (os.environ["SHOP_NAME"], os.environ["API_KEYS"]) == ("Mine", "set-before")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("SHOP_NAME=Mine\n".encode("utf-16"), ", line 1,"),
        ("SHOP_NAME=Mine\n".encode("utf-16-le"), ""),
        ("PORT=8000\nSHOP_NAME=Caf\u00e9\n".encode("latin-1"), ", line 2,"),
    ],
)
def test_an_env_file_of_another_encoding_is_named(said: bytes, line: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(said)

    with pytest.raises(SystemExit) as refused:
        read_env_file(tmp_path)

    why = f"{tmp_path / '.env'}{line} is not UTF-8: save the file as UTF-8."
    assert refused.value.code == why


def test_a_mark_in_front_of_the_env_file_is_no_part_of_the_first_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED", raising=False)
    monkeypatch.setenv("ADMIN_PASSWORD", "")
    monkeypatch.delenv("ADMIN_PASSWORD")
    (tmp_path / ".env").write_bytes("ADMIN_PASSWORD=mine\n".encode("utf-8-sig"))

    read_env_file(tmp_path)

    assert os.environ["ADMIN_PASSWORD"] == "mine"


def test_what_flasks_command_line_filled_in_is_put_right(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PYTHON_DOTENV_DISABLED", raising=False)
    monkeypatch.setenv("ADMIN_PASSWORD", "ab")
    (tmp_path / ".env").write_text("ADMIN_PASSWORD=a${NOT_SET_ANYWHERE}b\n")

    read_env_file(tmp_path)

    assert os.environ["ADMIN_PASSWORD"] == "a${NOT_SET_ANYWHERE}b"
