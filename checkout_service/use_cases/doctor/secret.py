"""Is STRIPE_WEBHOOK_SECRET the endpoint's? The API tells a secret once, so evidence must often do.

Certain only for endpoints that doctor made: it leaves the secret's fingerprint on them.
"""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.domain.clock import DAY, MINUTE, rfc3339
from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.ports.account import Endpoint
from checkout_service.storage.admin import figures

from .check_result import CheckResult, Shop, masked, ok, problem, warning
from .webhooks import survey

NAME = "webhook secret"
_LATEST = 50
_TIME_TO_ARRIVE = 5 * MINUTE
_COPY = (
    "Copy the signing secret of {endpoint} (shown when it was made; Stripe's dashboard reveals it) "
    "into STRIPE_WEBHOOK_SECRET, then restart web and worker."
)


def webhook_secret(shop: Shop) -> Iterator[CheckResult]:
    """Compare the secret where it can be compared; else say what speaks for it."""
    if shop.settings.pull_mode:
        yield ok(NAME, "None is needed in pull mode.")
        return
    shown = ", ".join(map(masked, shop.settings.stripe_webhook_secret))
    try:
        scene = survey(shop)
    except StripeRejected as refusal:
        if not refusal.permission:
            raise
        yield from _by_evidence(shop, shown, None)
        return
    if scene.best is None or scene.best.mark is None:
        yield from _by_evidence(shop, shown, scene.best)
    elif scene.proven:
        yield ok(NAME, f"{shown} is that of {scene.best.id}.")
    else:
        yield problem(
            NAME,
            f"STRIPE_WEBHOOK_SECRET ({shown}) is not that of {scene.best.id}: its events are "
            "refused.",
            _COPY.format(endpoint=scene.best.id),
        )


def _by_evidence(shop: Shop, shown: str, endpoint: Endpoint | None) -> Iterator[CheckResult]:
    arrived = _last_arrival(shop)
    if endpoint is not None and arrived is not None and arrived < endpoint.created:
        arrived = None  # signed by another endpoint's secret
    waiting = _undelivered(shop, arrived)
    mend = _COPY.format(endpoint=endpoint.id if endpoint else "the endpoint")
    if arrived is None and waiting:
        lost = f"{waiting} events since yesterday could not be delivered and none ever arrived here"
        yield problem(NAME, f"{lost}: {shown} may be another endpoint's.", mend)
    elif waiting:
        yield warning(NAME, f"{waiting} events since the last that arrived were not taken.", mend)
    elif arrived is not None:
        when = rfc3339(arrived)[:19].replace("T", " ")
        yield ok(NAME, f"{shown} verified an event at {when} UTC.")
    else:
        yield warning(
            NAME,
            f"Whether {shown} is right cannot be known before the first event: Stripe's API "
            "tells a secret once.",
            "Make a payment and run doctor again.",
        )


def _last_arrival(shop: Shop) -> int | None:
    """Tell when a signed event came in last, among the latest."""
    with shop.database.read() as connection:
        events = figures.latest_events(connection, most=_LATEST)
    return max((event.received_at for event in events if event.source == "webhook"), default=None)


def _undelivered(shop: Shop, arrived: int | None) -> int:
    """Count what Stripe could not deliver; 0 also when the key may not ask."""
    now = shop.clock.now()
    since = now - DAY if arrived is None else max(arrived, now - DAY)
    try:
        return shop.account.undelivered(created_from=since, created_to=now - _TIME_TO_ARRIVE)
    except StripeRejected:
        return 0
