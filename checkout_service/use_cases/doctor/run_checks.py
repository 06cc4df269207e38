"""Check the shop from top to bottom: what `doctor` finds. It changes nothing.

A check whose ground is missing (no database, no key) is not made, and says so: one fault must not
show as ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from checkout_service.domain.errors import CheckoutError, StripeRejected
from checkout_service.domain.frozen import frozen

from .authorisations import authorisations
from .branding import branding
from .check_result import PROBLEM, CheckResult, Shop, warning
from .keys import clock, key, keys
from .notify import notifications
from .permissions import permissions
from .place import address, database, disk, origins, proxies, retention, worker
from .quarantine import quarantine
from .sale import catalog, payment_links
from .secret import webhook_secret
from .shipping import shipping_rates
from .waiting import waiting
from .webhooks import webhook_endpoint

_Check = Callable[[Shop], Iterable[CheckResult]]
# Each with the checks that must have gone well before it.
_CHECKS: tuple[tuple[str, _Check, tuple[str, ...]], ...] = (
    ("keys", keys, ()),
    ("key", key, ()),
    ("permissions", permissions, ("key",)),
    ("clock", clock, ()),
    ("database", database, ()),
    ("disk", disk, ()),
    ("retention", retention, ()),
    ("address", address, ()),
    ("proxies", proxies, ()),
    ("origins", origins, ()),
    ("webhook endpoint", webhook_endpoint, ("key",)),
    ("webhook secret", webhook_secret, ("key", "database")),
    ("catalog", catalog, ("key",)),
    ("shipping rates", shipping_rates, ("key", "catalog")),
    ("branding", branding, ()),
    ("payment links", payment_links, ("key",)),
    ("notifications", notifications, ("database",)),
    ("worker", worker, ("database",)),
    ("authorisations", authorisations, ("database",)),
    ("quarantine", quarantine, ("database",)),
    ("waiting", waiting, ("database",)),
)


@frozen
class RunChecks:
    shop: Shop

    def run(self) -> Iterator[CheckResult]:
        """Make every check in order, one result or more each."""
        failed: set[str] = set()
        for name, check, needs in _CHECKS:
            missing = [need for need in needs if need in failed]
            found = [_not_made(name, missing)] if missing else self._made(name, check)
            if any(result.state == PROBLEM for result in found):
                failed.add(name)
            yield from found

    def _made(self, name: str, check: _Check) -> list[CheckResult]:
        try:
            return list(check(self.shop))
        except CheckoutError as error:
            lacking = isinstance(error, StripeRejected) and error.permission
            mend = "Give the key the permission that Stripe names." if lacking else "Try it again."
            return [warning(name, f"Could not be looked at: {error}", mend)]


def _not_made(name: str, missing: list[str]) -> CheckResult:
    needs = " and ".join(missing)
    return warning(name, f"Not looked at: it needs the {needs}.", f"Mend the {needs} first.")
