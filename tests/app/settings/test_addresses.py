"""Addresses in the settings: databases, origins, the public address."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.storage.database import POOL_SIZE
from tests.app.settings.loading import load, named, refusal


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d?sslmode=require", "postgresql+psycopg://u@h/d?sslmode=require"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        (
            "postgres://u@h/d?options=-csearch_path%3Dshop&sslmode=verify-full&sslrootcert=/ca",
            "postgresql+psycopg://u@h/d?options=-csearch_path%3Dshop&sslmode=verify-full&sslrootcert=/ca",
        ),
        (
            "postgres://u@ep-1.neon/d?options=endpoint%3Dep-1&channel_binding=require",
            "postgresql+psycopg://u@ep-1.neon/d?options=endpoint%3Dep-1&channel_binding=require",
        ),
        (
            "postgres://u:p@a:5432,b:5433/d?sslmode=require",
            "postgresql+psycopg://u:p@/d?host=a,b&port=5432,5433&target_session_attrs=read-write&sslmode=require",
        ),
        (
            "postgres://u@[::1]:5433,b/d?target_session_attrs=primary",
            "postgresql+psycopg://u@/d?host=::1,b&port=5433,&target_session_attrs=primary",
        ),
        ("sqlite:////var/lib/shop.db", "sqlite:////var/lib/shop.db"),
    ],
)
def test_database_urls_name_their_driver(given: str, kept: str) -> None:
    assert load(database_url=given).database_url == kept


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("pgbouncer=true", "a pooler is noticed by itself"),
        ("connection_limit=5", "6 connections at most"),
        ("schema=shop", "options=-csearch_path%3DNAME"),
        ("endpoint=ep-1", "options=endpoint%3DNAME"),
    ],
)
def test_words_of_other_tools_are_refused_with_the_way_to_say_it(word: str, says: str) -> None:
    message = refusal(database_url=f"postgres://u:canary@h/d?{word}")

    assert says in message
    assert "canary" not in message


def test_a_word_that_nobody_knows_is_refused_and_not_repeated() -> None:
    message = refusal(database_url="postgres://u:pass?canary@h/d")

    assert named(message) == {"DATABASE_URL"}
    assert "canary" not in message


def test_the_pool_that_a_message_speaks_of_is_the_pool_there_is() -> None:
    assert f"{POOL_SIZE} connections at most" in refusal(
        database_url="postgres://u@h/d?connection_limit=5"
    )


def test_a_relative_sqlite_path_is_absolute_from_the_repository_root(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)

    url = load(database_url="sqlite:///instance/x.sqlite3").database_url

    assert url.startswith("sqlite:////")
    assert url.endswith("/instance/x.sqlite3")
    assert str(tmp_path) not in url


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "sqlite://", "sqlite:///:memory:", "sqlite:///", "x"]
)
def test_other_databases_are_refused(url: str) -> None:
    assert named(refusal(database_url=url)) == {"DATABASE_URL"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_origins_are_kept_as_browsers_send_them(given: str, kept: str) -> None:
    assert load(allowed_origins=given).allowed_origins == (kept,)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "shop.example",
        "https://",
        "https://*.shop.example",
        "https://shop.example/path",
        "https://shop.example?x",
        "https://user@shop.example",
        "https://shop.example:99999",
        "https://shop.example:",
        "ftp://shop.example",
        "https://shöp.example",
        "https://shop.example\\evil",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    assert named(refusal(allowed_origins=f"https://ok.example,{origin}")) == {"ALLOWED_ORIGINS"}


@pytest.mark.parametrize(
    ("given", "kept", "mount"),
    [
        ("https://Shop.example/", "https://shop.example", ""),
        ("https://example.com/pay/", "https://example.com/pay", "/pay"),
        ("https://example.com:8443/a/b-2", "https://example.com:8443/a/b-2", "/a/b-2"),
    ],
)
def test_the_public_address_may_carry_a_path(given: str, kept: str, mount: str) -> None:
    settings = load(public_base_url=given)

    assert (settings.public_base_url, settings.mount) == (kept, mount)
    assert settings.public_origin + settings.mount == kept


@pytest.mark.parametrize("path", ["//pay", "/../pay", "/pay?x=1", "/pay#x", "/p%61y", "/a b"])
def test_what_is_no_plain_path_is_refused_in_the_public_address(path: str) -> None:
    assert named(refusal(public_base_url=f"https://example.com{path}")) == {"PUBLIC_BASE_URL"}


@pytest.mark.parametrize("host", ["https://", "https://-.example", "ftp://x", "https://x:99999"])
def test_a_bad_host_in_the_public_address_is_told_what_one_looks_like(host: str) -> None:
    assert "https://shop.example/pay" in refusal(public_base_url=host)


@pytest.mark.parametrize("address", ["nobody", "a b@shop.example", "@", f"a@{'b' * 254}"])
def test_what_is_no_mail_address_is_not_offered_to_buyers(address: str) -> None:
    assert named(refusal(support_email=address)) == {"SUPPORT_EMAIL"}


@pytest.mark.parametrize(
    ("name", "said", "address"),
    [
        ("RENDER_EXTERNAL_URL", "https://shop.onrender.com", "https://shop.onrender.com"),
        ("RAILWAY_PUBLIC_DOMAIN", "shop.up.railway.app", "https://shop.up.railway.app"),
        ("HEROKU_APP_DEFAULT_DOMAIN_NAME", "shop-1.herokuapp.com", "https://shop-1.herokuapp.com"),
        ("FLY_APP_NAME", "shop", "https://shop.fly.dev"),
    ],
)
def test_the_host_says_the_address_unless_it_was_set(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str, address: str
) -> None:
    monkeypatch.setenv(name, said)

    assert load(public_base_url=None).public_base_url == address
    assert load(public_base_url="https://own.example").public_base_url == "https://own.example"
