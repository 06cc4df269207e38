"""The doctor as one part of the product's verbs: check, and mend what can be mended."""

from __future__ import annotations

from checkout_service.domain.frozen import frozen

from .check_result import Shop
from .fix_endpoint import FixEndpoint
from .run_checks import RunChecks


@frozen
class Doctor:
    run_checks: RunChecks
    fix_endpoint: FixEndpoint
    api_version: str


def build_doctor(shop: Shop) -> Doctor:
    return Doctor(RunChecks(shop), FixEndpoint(shop), shop.account.api_version)
