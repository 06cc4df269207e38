"""The merchant's backends: can notifications reach each of them. Nothing is sent there."""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.settings import bare, place

from .check_result import CheckResult, Shop, masked, ok, problem, warning

NAME = "notifications"


def notifications(shop: Shop) -> Iterator[CheckResult]:
    """Look at NOTIFY_URL; a missing or misshapen NOTIFY_SECRET stops the start already."""
    settings = shop.settings
    if not settings.receivers:
        yield warning(
            NAME,
            "NOTIFY_URL is not set: your backend hears of no order; messages are kept.",
            "Set NOTIFY_URL and NOTIFY_SECRET, or fulfil orders from /admin/.",
        )
        return
    states = [way.status() for way in shop.deliver_outbox.ways()]
    for (url, secrets), state in zip(settings.receivers, states, strict=True):
        faults = [*_address_faults(shop, url), *_receiver_faults(_shown(url), state)]
        yield from faults
        if not faults:
            signing = ", ".join(map(masked, secrets))
            yield ok(NAME, f"They go to {_shown(url)}, signed with {signing}.")


def _shown(url: str) -> str:
    """Name the receiver without its path and password: either may be a secret."""
    return f"{bare(url).partition('://')[0]}://{place(url)}"


def _address_faults(shop: Shop, url: str) -> Iterator[CheckResult]:
    settings, shown = shop.settings, _shown(url)
    allow_private = settings.notify_allow_private
    if not settings.development and not shown.startswith("https:") and not allow_private:
        yield problem(
            NAME,
            f"NOTIFY_URL {shown} is not https: orders would travel in the open.",
            "Give your backend TLS and write NOTIFY_URL with https://.",
        )
    wrong = shop.network.leads_nowhere(url, allow_private=allow_private)
    if wrong is not None:
        yield problem(
            NAME,
            f"NOTIFY_URL {shown} {wrong}: nothing will be sent.",
            "Correct NOTIFY_URL; NOTIFY_ALLOW_PRIVATE=1 allows a private address on purpose.",
        )


def _receiver_faults(shown: str, state: str) -> Iterator[CheckResult]:
    if state == "disabled":
        yield problem(
            NAME,
            f"{shown} answered 410 Gone, so it gets no messages until a person says so.",
            "Mend the receiver, then enable it in /admin/messages or with: "
            "flask --app wsgi messages enable",
        )
    elif state == "failing":
        yield warning(
            NAME,
            f"{shown} takes no messages at the moment; one a minute tries again.",
            "Look why in /admin/messages or with: flask --app wsgi messages list",
        )
