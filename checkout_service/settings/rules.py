"""What settings must be together. Each rule raises ValueError with the way to mend it.

`known` holds the settings that passed before; a rule whose partner is bad stays silent or assumes
the stricter case, so that one start names everything that is wrong.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import hosts, receivers
from .shapes import is_loopback, publishable_key
from .strength import LATER, SHORTEST_PASSWORD, demand_secret, refuse_published

STRIPE_API = "https://api.stripe.com"
STRIPE_JS = "https://js.stripe.com/endive/stripe.js"
SANDBOX_PUBLISHABLE_KEY = "pk_test_sandbox"
DEVELOPMENT_SECRET_KEY = "for-development-only"  # noqa: S105 - signs nothing outside development

Known = Mapping[str, Any]


def live(known: Known) -> bool:
    return "_live_" in known.get("stripe_secret_key", "")


def development(known: Known) -> bool:
    """True if this is nobody's shop: a test key, and the sandbox or a debug server."""
    key = known.get("stripe_secret_key")
    debug = bool(known.get("flask_debug"))
    return key is not None and not live(known) and (debug or on_sandbox(known))


def on_sandbox(known: Known) -> bool:
    return is_loopback(known.get("stripe_api_base"))


def pull_mode(known: Known) -> bool:
    restricted = known.get("stripe_secret_key", "").startswith("rk_")
    return restricted and known.get("stripe_webhook_secret") == ()


def organisation(known: Known) -> bool:
    """True with an organisation's key, which acts on whichever account it is told to."""
    return bool(known.get("stripe_secret_key", "").startswith("sk_org_"))


def context_of_organisation(value: str | None, known: Known) -> None:
    if organisation(known) and value is None:
        raise ValueError("is missing: an organisation's key needs the account to act on, acct_...")
    if value is not None and "stripe_secret_key" in known and not organisation(known):
        raise ValueError("goes with an organisation's key (sk_org_...) alone; leave this unset")


def no_live_debug(debug: bool, known: Known) -> None:  # noqa: FBT001 - one shape for all rules
    if debug and live(known):
        raise ValueError("a debug server may not run with a live key")


def live_means_stripe(value: str | None, known: Known) -> None:
    if live(known) and value not in (None, STRIPE_API):
        raise ValueError("a live key may only talk to Stripe itself; leave this unset")


def live_means_stripe_js(value: str, known: Known) -> None:
    if live(known) and not value.startswith("https://js.stripe.com/"):
        raise ValueError("a live shop loads Stripe.js from Stripe itself; leave this unset")


def webhooks_are_signed(secrets: tuple[str, ...], known: Known) -> None:
    if not secrets and not known.get("stripe_secret_key", "").startswith("rk_"):
        raise ValueError("is missing: an event without a signature could be anybody's")
    if live(known):
        refuse_published(secret for secret in secrets if secret != LATER)


def publishable(value: str | None, known: Known) -> str | None:
    """Check the key's shape and mode; only pull mode does without one."""
    if value is None:
        if development(known):
            return SANDBOX_PUBLISHABLE_KEY
        if "stripe_webhook_secret" in known and pull_mode(known):
            return None
        raise ValueError("is missing")
    publishable_key(value)
    if "stripe_secret_key" in known and ("_live_" in value) is not live(known):
        raise ValueError("is of another mode (test, live) than STRIPE_SECRET_KEY")
    return value


def disk_stays(url: str, known: Known) -> None:
    if url.startswith("sqlite") and known.get("dyno") and live(known):
        raise ValueError("SQLite on this host's ephemeral disk would lose orders; use PostgreSQL")


def signing_key(value: str | None, known: Known) -> str:
    if value is not None:
        return value
    if development(known):
        return DEVELOPMENT_SECRET_KEY
    raise ValueError(
        "is missing: make one with python -c 'import secrets; print(secrets.token_hex())'"
    )


def own_address(value: str | None, known: Known) -> str:
    """Return the one source of the service's own URLs."""
    value = value or hosts.own_address(os.environ)
    if value is None:
        if development(known):
            return f"http://127.0.0.1:{known.get('port', 8000)}"
        raise ValueError("is missing: the address buyers reach this service at")
    if live(known) and not value.startswith("https://"):
        raise ValueError("must be https:// with a live key")
    return value


def notify_in_private(urls: tuple[str, ...], known: Known) -> None:
    if live(known) and not all(url.startswith("https://") for url in urls):
        raise ValueError("must be https:// with a live key")
    receivers.check_addresses(urls)


def notifications_are_signed(secrets: tuple[str, ...], known: Known) -> None:
    if urls := known.get("notify_url"):
        if not secrets:
            raise ValueError("is missing: NOTIFY_URL needs one to sign with")
        receivers.signed(urls, secrets)
    if live(known):
        refuse_published(secrets)


def live_is_secret(value: str | tuple[str, ...] | None, known: Known) -> None:
    if live(known) and value is not None:
        demand_secret((value,) if isinstance(value, str) else value)


def live_password_is_secret(value: str | None, known: Known) -> None:
    if live(known) and value is not None:
        demand_secret((value,), shortest=SHORTEST_PASSWORD)


def is_there(path: Path, _known: Known) -> None:
    if not path.is_file():
        raise ValueError(f"there is no file {path}")


def no_live_drills(path: Path | None, known: Known) -> None:
    if path is not None and live(known):
        raise ValueError("a live shop's clock is not moved; leave this unset")


TOGETHER: Mapping[str, Callable[[Any, Known], None]] = {
    "stripe_context": context_of_organisation,
    "flask_debug": no_live_debug,
    "stripe_api_base": live_means_stripe,
    "stripe_js_url": live_means_stripe_js,
    "stripe_webhook_secret": webhooks_are_signed,
    "database_url": disk_stays,
    "secret_key": live_is_secret,
    "api_keys": live_is_secret,
    "admin_password": live_password_is_secret,
    "notify_url": notify_in_private,
    "notify_secret": notifications_are_signed,
    "catalog_file": is_there,
    "clock_offset_file": no_live_drills,
    "metrics_token": live_is_secret,
}
