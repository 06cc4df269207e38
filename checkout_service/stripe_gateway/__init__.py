"""Stripe behind one door: the only floor that imports the SDK, and none of its objects leave."""

from __future__ import annotations

from .client import API_VERSION
from .gateway import StripeGateway, build_gateway

__all__ = ["API_VERSION", "StripeGateway", "build_gateway"]
