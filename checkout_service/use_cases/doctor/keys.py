"""Stripe's keys and clock: present, of one mode and one account, accepted, on time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checkout_service.domain.clock import SECOND
from checkout_service.domain.errors import StripeRejected, StripeUnavailable

from .check_result import CheckResult, Shop, masked, ok, problem, warning

_WORRYING, _FATAL = 60, 300  # seconds; Stripe's signatures are good for 300
# Stripe documents no such thing, but keys of one account begin alike; hence a warning at most.
_OF_ACCOUNT = re.compile(
    r"(?:sk|rk|pk)_(?:test|live)_(51[A-Za-z0-9]{14})[A-Za-z0-9]{60,}", re.ASCII
)
_TAKE_FROM = "Copy both keys anew from one account's page Developers > API keys."


def keys(shop: Shop) -> Iterator[CheckResult]:
    """Look at the keys themselves; their modes differing stops the start already."""
    settings = shop.settings
    mode = "live: real money" if settings.live else "test: no real money"
    secret, publishable = settings.stripe_secret_key, settings.stripe_publishable_key
    if settings.pull_mode:
        why = "a restricted key and no webhook secret mean pull mode: Payment Links only"
        yield ok("keys", f"{masked(secret)} ({mode}); {why}.")
        return
    accounts = [_OF_ACCOUNT.match(key or "") for key in (secret, publishable)]
    both = f"{masked(secret)} and {masked(publishable or '')}"
    acts = f"; the organisation's acts on {settings.stripe_context}"
    if all(accounts) and len({match[1] for match in accounts if match}) > 1:
        yield warning("keys", f"{both} seem to belong to two accounts.", _TAKE_FROM)
    else:
        yield ok("keys", f"{both}, both {mode}{acts if settings.stripe_context else ''}.")


def key(shop: Shop) -> Iterator[CheckResult]:
    """Try the secret key."""
    where = shop.settings.stripe_api_base or "Stripe"
    shown = masked(shop.settings.stripe_secret_key)
    try:
        shop.account.try_key()
    except StripeUnavailable:
        yield problem(
            "key",
            f"{where} does not answer, so {shown} could not be tried.",
            "Check this machine's way out (DNS, firewall) and https://status.stripe.com.",
        )
        return
    except StripeRejected as refusal:
        if not refusal.permission:
            yield problem(
                "key",
                f"Stripe does not accept {shown}.",
                "Copy STRIPE_SECRET_KEY anew from Developers > API keys; it may have been rolled.",
            )
            return
    yield ok("key", f"{where} accepts {shown}.")


def clock(shop: Shop) -> Iterator[CheckResult]:
    """Compare this machine's clock with Stripe's; what drills add to it is left out."""
    before = shop.real_clock.now()
    theirs = shop.account.time()
    middle = (before + shop.real_clock.now()) // 2
    seconds = round((middle - theirs - SECOND // 2) / SECOND)  # a date has no fractions
    way = "ahead of" if seconds > 0 else "behind"
    off = f"This machine's clock is {abs(seconds)} s {way} Stripe's"
    mend = "Turn on time synchronisation (NTP), for example: timedatectl set-ntp true."
    if abs(seconds) > _FATAL:
        yield problem("clock", f"{off}: every webhook's signature looks stale.", mend)
    elif abs(seconds) > _WORRYING:
        yield warning("clock", f"{off}; from {_FATAL} s on every webhook is refused.", mend)
    else:
        yield ok("clock", f"Within {max(1, abs(seconds))} s of Stripe's.")
