"""One message names every bad variable, and no message shows a secret."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.settings import Settings, SettingsError
from tests.app.settings.loading import LIVE, NOTIFY, SANDBOX, load, named, refusal


def test_an_empty_environment_is_told_all_that_is_missing() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load()

    assert named(str(caught.value)) == {
        "STRIPE_SECRET_KEY",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "SECRET_KEY",
        "PUBLIC_BASE_URL",
    }


def test_every_bad_variable_is_named_in_one_message() -> None:
    message = refusal(
        LIVE,
        flask_debug="1",
        stripe_api_base="http://127.0.0.1:4242",
        stripe_webhook_secret="whsec_",
        stripe_publishable_key="sk_live_abc",
        database_url="sqlite:///x.sqlite3",
        dyno="web.1",
        trusted_proxy_hops="many",
        notify_url="https://backend.example/hook",
        clock_offset_file="offset",
        create_rate_limit="often",
        log_level="loud",
        redis_url="memcached://x",
        port="0",
    )

    assert named(message) == {
        "FLASK_DEBUG",
        "STRIPE_API_BASE",
        "STRIPE_WEBHOOK_SECRET",
        "STRIPE_PUBLISHABLE_KEY",
        "DATABASE_URL",
        "TRUSTED_PROXY_HOPS",
        "NOTIFY_SECRET",
        "CLOCK_OFFSET_FILE",
        "CREATE_RATE_LIMIT",
        "LOG_LEVEL",
        "REDIS_URL",
        "PORT",
    }


def test_a_name_in_small_letters_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SANDBOX.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("public_base_url", "https://other.example")
    monkeypatch.setenv("log_level", "LOUD")

    assert Settings.load().public_base_url == "http://127.0.0.1:8000"


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SANDBOX.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("API_KEYS", " one-key , another-key,")
    monkeypatch.setenv("LOG_LEVEL", "debug")

    settings = Settings.load()

    assert settings.api_keys == ("one-key", "another-key")
    assert settings.log_level == "DEBUG"


def test_the_sandbox_alone_is_development_and_needs_nothing_else() -> None:
    settings = load(port="8123")

    assert settings.development
    assert settings.public_base_url == "http://127.0.0.1:8123"
    assert settings.stripe_publishable_key == "pk_test_sandbox"
    assert settings.secret_key


def test_stripes_own_test_mode_is_no_development() -> None:
    assert named(refusal(stripe_api_base=None)) == {
        "STRIPE_PUBLISHABLE_KEY",
        "SECRET_KEY",
        "PUBLIC_BASE_URL",
    }


def test_a_whole_live_configuration_starts() -> None:
    settings = load(LIVE)

    assert settings.live
    assert not settings.development
    assert settings.database_url == "postgresql+psycopg://u:p@db.example/shop"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("flask_debug", "1"),
        ("stripe_api_base", "http://127.0.0.1:4242"),
        ("stripe_api_base", "https://api.stripe.com.evil.example"),
        ("stripe_api_base", "http://api.stripe.com"),
        ("stripe_js_url", "https://cdn.example/stripe.js"),
        ("stripe_js_url", "https://js.stripe.com.evil.example/stripe.js"),
        ("clock_offset_file", "offset"),
        ("public_base_url", "http://shop.example"),
        ("notify_url", "http://backend.example/hook"),
        ("stripe_publishable_key", "pk_test_abc"),
    ],
)
def test_a_live_key_refuses_what_is_for_tests(variable: str, value: str) -> None:
    assert variable.upper() in named(refusal(LIVE, **{variable: value, "notify_secret": NOTIFY}))


def test_stripes_own_api_base_may_be_spelled_out() -> None:
    assert load(LIVE, stripe_api_base="https://api.stripe.com/").live


def test_sqlite_on_an_ephemeral_disk_is_refused_with_a_live_key_only() -> None:
    assert named(refusal(LIVE, database_url="sqlite:///a.db", dyno="web.1")) == {"DATABASE_URL"}
    assert load(LIVE, database_url="sqlite:///a.db").live
    assert not load(dyno="web.1").live


@pytest.mark.parametrize("secret", ["", " ", ",", "whsec_", "secret", "whsec_a b", "whsec_a,x"])
def test_a_secret_key_without_a_proper_webhook_secret_is_refused(secret: str) -> None:
    assert named(refusal(stripe_webhook_secret=secret)) == {"STRIPE_WEBHOOK_SECRET"}


def test_several_webhook_secrets_are_taken() -> None:
    assert load(stripe_webhook_secret="whsec_new, whsec_old").stripe_webhook_secret == (
        "whsec_new",
        "whsec_old",
    )


@pytest.mark.parametrize(("secret", "pull"), [("", True), ("whsec_abc", False)])
def test_a_restricted_key_without_a_webhook_secret_is_pull_mode(secret: str, *, pull: bool) -> None:
    settings = load(stripe_secret_key="rk_test_abc", stripe_webhook_secret=secret)

    assert settings.pull_mode is pull


def test_pull_mode_needs_no_publishable_key() -> None:
    settings = load(
        LIVE | {"stripe_webhook_secret": "", "stripe_publishable_key": ""},
        stripe_secret_key="rk_live_abc",
    )

    assert settings.pull_mode
    assert settings.stripe_publishable_key is None


@pytest.mark.parametrize(
    "key", ["", "sk_", "pk_test_abc", "sk_test_", "sk_prod_abc", "sk_test_a b"]
)
def test_what_is_no_secret_key_is_refused(key: str) -> None:
    assert "STRIPE_SECRET_KEY" in named(refusal(stripe_secret_key=key))


@pytest.mark.parametrize(
    "secret", ["whsec_short", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "A" * 100, "whsec_%%%"]
)
def test_a_notification_secret_is_base64_of_24_to_64_bytes(secret: str) -> None:
    message = refusal(notify_url="http://127.0.0.1:9/hook", notify_secret=f"{NOTIFY},{secret}")

    assert named(message) == {"NOTIFY_SECRET"}


def test_a_notification_url_needs_a_secret() -> None:
    assert named(refusal(notify_url="http://127.0.0.1:9/hook")) == {"NOTIFY_SECRET"}
    assert load(notify_url="http://127.0.0.1:9/hook", notify_secret=NOTIFY).notify_secret


def test_a_kind_of_notification_that_does_not_exist_is_named_with_the_nearest() -> None:
    message = refusal(notify_events="order.paid, order.refund")

    assert named(message) == {"NOTIFY_EVENTS"}
    assert "order.refunded?" in message
    assert load(notify_events="order.paid, order.refunded").notify_events == (
        "order.paid",
        "order.refunded",
    )
    assert load().notify_events == ()


def test_nothing_secret_is_shown() -> None:
    secrets: dict[str, Any] = {
        "stripe_secret_key": "sk_test_canary1",
        "stripe_webhook_secret": "whsec_canary2",
        "secret_key": "canary3",
        "api_keys": "canary4",
        "admin_password": "canary5",
        "database_url": "postgres://u:canary6@h/d",
        "metrics_token": "canary7",
        "redis_url": "redis://:canary8@h",
    }

    settings = load(**secrets)

    assert "canary" not in repr(settings)
    assert "canary" not in str(settings)
    assert "canary" not in refusal(**(secrets | {"stripe_secret_key": "canary!", "port": "canary"}))


@pytest.mark.parametrize(
    ("name", "bad"),
    [("deliver_concurrency", "0"), ("deliver_concurrency", "65"), ("retention_days", "-1")],
)
def test_a_number_out_of_bounds_is_named(name: str, bad: str) -> None:
    assert named(refusal(SANDBOX, **{name: bad})) == {name.upper()}


ORGANISATION: dict[str, Any] = {
    "stripe_secret_key": "sk_org_test_abc",
    "stripe_context": "acct_123",
}


def test_an_organisations_key_says_which_account_it_acts_on() -> None:
    settings = load(**ORGANISATION)

    assert (settings.stripe_context, settings.live, settings.pull_mode) == (
        "acct_123",
        False,
        False,
    )
    live = load(LIVE, **ORGANISATION | {"stripe_secret_key": "sk_org_live_abc"})
    assert live.live


@pytest.mark.parametrize("context", ["", " ", "acct_", "acct_1/acct_2", "cus_1", "acct_1\n,x"])
def test_an_organisations_key_without_an_account_is_refused(context: str) -> None:
    message = refusal(**ORGANISATION | {"stripe_context": context})

    assert named(message) == {"STRIPE_CONTEXT"}
    assert "acct_..." in message


@pytest.mark.parametrize("key", ["sk_test_abc", "rk_test_abc"])
def test_an_accounts_own_key_takes_no_context(key: str) -> None:
    message = refusal(stripe_secret_key=key, stripe_context="acct_123")

    assert named(message) == {"STRIPE_CONTEXT"}
    assert "sk_org_" in message


def test_a_bad_key_is_told_without_a_word_on_its_context() -> None:
    for context in ("", "acct_123"):
        message = refusal(stripe_secret_key="sk_org_abc", stripe_context=context)
        assert named(message) & {"STRIPE_SECRET_KEY", "STRIPE_CONTEXT"} == {"STRIPE_SECRET_KEY"}
