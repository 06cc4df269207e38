"""The doctor as one part of the product's verbs: examine, and mend what can be mended."""

from __future__ import annotations

from dataclasses import dataclass

from .check_result import Shop
from .fix_endpoint import MendEndpoint
from .run_checks import Examine


@dataclass(frozen=True, slots=True)
class Doctor:
    examine: Examine
    mend_endpoint: MendEndpoint
    api_version: str


def build_doctor(shop: Shop) -> Doctor:
    return Doctor(Examine(shop), MendEndpoint(shop), shop.account.api_version)
