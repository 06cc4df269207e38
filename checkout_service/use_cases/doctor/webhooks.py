"""The webhook endpoint at Stripe: is it ours, is it right, what would mend it. Nothing here writes.

An endpoint's API version cannot be changed at Stripe: a wrong one takes a new endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.account import Endpoint, ThinDestination, fingerprint

from .check_result import WEBHOOK_PATH, CheckResult, Shop, ok, problem, warning

NAME = "webhook endpoint"
_FIX = "Run doctor --fix"
_MOST_NAMED = 4


@frozen
class Scene:
    """The endpoint that serves us best, what is wrong with it, and others that send here too."""

    best: Endpoint | None
    faults: tuple[str, ...] = ()
    wrong_version: bool = False
    others: tuple[Endpoint, ...] = ()
    proven: bool = False  # its secret is one of ours


def survey(shop: Shop) -> Scene:
    """Find our endpoint among the account's. Raises StripeUnavailable, StripeRejected."""
    marks = {fingerprint(secret) for secret in shop.settings.stripe_webhook_secret}
    mine = [e for e in shop.account.endpoints() if _is_ours(e, shop.webhook_url, marks)]
    if not mine:
        return Scene(None)
    best = min(mine, key=lambda e: (len(_faults(e, shop)), e.mark not in marks, -e.created))
    others = tuple(e for e in mine if e is not best and e.enabled and e.url == shop.webhook_url)
    return Scene(
        best,
        tuple(_faults(best, shop)),
        best.api_version != shop.account.api_version,
        others,
        best.mark in marks,
    )


def _is_ours(endpoint: Endpoint, url: str, marks: set[str]) -> bool:
    """Know it by its address or its secret; another host's may belong to another shop."""
    if endpoint.url == url or endpoint.mark in marks:
        return True
    theirs, ours = urlsplit(endpoint.url), urlsplit(url)
    path = theirs.path.strip("/").lower()
    return theirs.hostname == ours.hostname and path == WEBHOOK_PATH.strip("/")


def _faults(endpoint: Endpoint, shop: Shop) -> list[str]:
    faults = []
    if endpoint.url != shop.webhook_url:
        faults.append(f"sends to {endpoint.url} and not to {shop.webhook_url}")
    if not endpoint.enabled:
        faults.append("is switched off")
    lacking = _lacking(endpoint, shop.account.needed_events)
    if lacking:
        faults.append(f"does not send {_some(lacking)}")
    if endpoint.api_version != shop.account.api_version:
        theirs = endpoint.api_version or "the account's default"
        faults.append(f"speaks API version {theirs} and not {shop.account.api_version}")
    return faults


def _lacking(endpoint: Endpoint, needed: Sequence[str]) -> list[str]:
    return (
        [] if "*" in endpoint.events else [kind for kind in needed if kind not in endpoint.events]
    )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def webhook_endpoint(shop: Shop) -> Iterator[CheckResult]:
    """Return what is wrong with the endpoint, or that nothing is."""
    if shop.settings.pull_mode:
        yield ok(NAME, "None is needed in pull mode: the worker reads payments.")
        return
    try:
        scene = survey(shop)
    except StripeRejected as refusal:
        if not refusal.permission:
            raise
        yield warning(
            NAME,
            "The restricted key may not read webhook endpoints, so they were not looked at.",
            "Give the key the permission Webhook Endpoints: read (write for --fix), or look "
            f"yourself: {shop.webhook_url}, API version {shop.account.api_version}.",
        )
        return
    thin = _thin(shop)
    if scene.best is None and thin:
        yield _only_thin(thin[0])
    else:
        yield from _endpoint_result(scene, shop)
        for one in thin:
            yield ok(NAME, f"{one.id} sends thin events here too: each asks for a look.")


def _thin(shop: Shop) -> list[ThinDestination]:
    """List what sends thin events here; none where the key may not look, or Stripe knows no v2."""
    try:
        found = shop.account.thin_destinations()
    except StripeRejected:
        return []
    return [one for one in found if one.enabled and one.url == shop.webhook_url]


def _only_thin(thin: ThinDestination) -> CheckResult:
    return warning(
        NAME,
        f"{thin.id} sends thin events only: an order is fulfilled at the next sweep, not at once.",
        f"{_FIX}: it makes an endpoint for snapshot events; both may stay.",
    )


def _endpoint_result(scene: Scene, shop: Shop) -> Iterator[CheckResult]:
    best = scene.best
    if best is None:
        missing = f"Stripe has no webhook endpoint for {shop.webhook_url}"
        if shop.settings.development:  # `stripe listen` and the sandbox bring events without one
            hint = "Leave it so while `stripe listen` or the sandbox forwards events; else --fix."
            yield warning(NAME, f"{missing}.", hint)
        else:
            yield problem(NAME, f"{missing}: no event arrives.", f"{_FIX}: it makes one.")
        return
    if scene.faults:
        yield problem(NAME, f"{best.id} {'; '.join(scene.faults)}.", f"{_FIX}: {_remedy(scene)}.")
    else:
        yield ok(NAME, f"{best.id} sends all that is needed to {best.url}.")
    for other in scene.others:
        yield warning(
            NAME,
            f"{other.id} sends to the same address: every event comes twice.",
            f"{_FIX} once the secret of {best.id} is set, or delete {other.id} at Stripe."
            if not scene.proven
            else f"{_FIX}: it switches {other.id} off.",
        )


def _remedy(scene: Scene) -> str:
    if scene.wrong_version:
        return "it makes a new endpoint, because a version cannot be changed"
    return "it puts this right and leaves the secret as it is"
