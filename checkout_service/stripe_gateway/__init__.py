"""Stripe behind one door: the only floor that imports the SDK, and none of its objects leave."""

from __future__ import annotations

from .account import StripeAccount, build_account
from .client import API_VERSION
from .languages import LOCALES
from .parts import StripeParts, build_stripe
from .transport import BoundedTransport, MakeTransport

__all__ = [
    "API_VERSION",
    "LOCALES",
    "BoundedTransport",
    "MakeTransport",
    "StripeAccount",
    "StripeParts",
    "build_account",
    "build_stripe",
]
