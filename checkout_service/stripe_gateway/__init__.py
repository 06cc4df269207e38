"""Stripe behind one door: the only floor that imports the SDK, and none of its objects leave."""

from __future__ import annotations

from .account import StripeAccount, build_account
from .client import API_VERSION
from .gateway import StripeGateway, build_gateway
from .languages import LOCALES
from .transport import BoundedTransport, MakeTransport

__all__ = [
    "API_VERSION",
    "LOCALES",
    "BoundedTransport",
    "MakeTransport",
    "StripeAccount",
    "StripeGateway",
    "build_account",
    "build_gateway",
]
