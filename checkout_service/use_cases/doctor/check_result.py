"""What a check found, and what all checks look at. A result never holds a whole secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checkout_service.domain.catalog import Catalog
from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.account import Account
from checkout_service.domain.ports.network_probe import NetworkProbe
from checkout_service.settings import Settings
from checkout_service.storage.database import Database
from checkout_service.use_cases.notify.deliver import DeliverOutbox

from .check_readiness import CheckReadiness

OK, WARNING, PROBLEM = "ok", "warning", "problem"
RETURN_PATH, WEBHOOK_PATH = "/links/return", "/webhooks/stripe"
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"

_SHOWN_PREFIX = re.compile(r"(?:(?:sk_org|sk|rk|pk)_(?:test|live)|whsec)_", re.ASCII)
_SHORTEST_WITH_END = 12  # of a shorter secret even four characters would be too much


@frozen
class CheckResult:
    """One thing seen: `what` is one sentence, `mend` another (empty when all is well)."""

    check: str
    state: str
    what: str
    mend: str = ""


@frozen
class Shop:
    """Everything a check may look at; `environment` is the process's own."""

    settings: Settings
    account: Account
    catalog: Catalog
    database: Database
    readiness: CheckReadiness
    deliver_outbox: DeliverOutbox
    network: NetworkProbe
    clock: Clock
    real_clock: Clock
    environment: Mapping[str, str]

    @property
    def webhook_url(self) -> str:
        return f"{self.settings.public_base_url}{WEBHOOK_PATH}"


def ok(check: str, what: str) -> CheckResult:
    return CheckResult(check, OK, what)


def warning(check: str, what: str, mend: str) -> CheckResult:
    return CheckResult(check, WARNING, what, mend)


def problem(check: str, what: str, mend: str) -> CheckResult:
    return CheckResult(check, PROBLEM, what, mend)


def masked(secret: str) -> str:
    """Show a secret's prefix and its last four characters."""
    match = _SHOWN_PREFIX.match(secret)
    prefix = match[0] if match else ""
    rest = secret[len(prefix) :]
    return f"{prefix}***{rest[-4:] if len(rest) >= _SHORTEST_WITH_END else ''}"
