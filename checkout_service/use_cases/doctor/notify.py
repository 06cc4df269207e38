"""The merchant's backend: can notifications reach it. Nothing is sent there."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from .check_result import CheckResult, Shop, masked, ok, problem, warning

NAME = "notifications"


def notifications(shop: Shop) -> Iterator[CheckResult]:
    """Look at NOTIFY_URL; a missing or misshapen NOTIFY_SECRET stops the start already."""
    settings = shop.settings
    if settings.notify_url is None:
        yield warning(
            NAME,
            "NOTIFY_URL is not set: your backend hears of no order; messages are kept.",
            "Set NOTIFY_URL and NOTIFY_SECRET, or fulfil orders from /admin/.",
        )
        return
    faults = [*_address_faults(shop), *_receiver_faults(shop)]
    yield from faults
    if not faults:
        shown = ", ".join(map(masked, settings.notify_secret))
        yield ok(NAME, f"They go to {_place(shop)}, signed with {shown}.")


def _place(shop: Shop) -> str:
    """Name the receiver without its path and password: either may be a secret."""
    parts = urlsplit(shop.settings.notify_url or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _address_faults(shop: Shop) -> Iterator[CheckResult]:
    settings, place = shop.settings, _place(shop)
    allow_private = settings.notify_allow_private
    if not settings.development and not place.startswith("https:") and not allow_private:
        yield problem(
            NAME,
            f"NOTIFY_URL {place} is not https: orders would travel in the open.",
            "Give your backend TLS and write NOTIFY_URL with https://.",
        )
    wrong = shop.network.leads_nowhere(settings.notify_url or "", allow_private=allow_private)
    if wrong is not None:
        yield problem(
            NAME,
            f"NOTIFY_URL {place} {wrong}: nothing will be sent.",
            "Correct NOTIFY_URL; NOTIFY_ALLOW_PRIVATE=1 allows a private address on purpose.",
        )


def _receiver_faults(shop: Shop) -> Iterator[CheckResult]:
    state = shop.deliver_outbox.status()
    if state == "disabled":
        yield problem(
            NAME,
            f"{_place(shop)} answered 410 Gone, so it gets no messages until a person says so.",
            "Mend the receiver, then enable it in /admin/messages or with: "
            "flask --app wsgi messages enable",
        )
    elif state == "failing":
        yield warning(
            NAME,
            f"{_place(shop)} takes no messages at the moment; one a minute tries again.",
            "Look why in /admin/messages or with: flask --app wsgi messages list",
        )
