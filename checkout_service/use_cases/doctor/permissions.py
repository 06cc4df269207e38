"""What a limited key may do: asked of Stripe itself, by harmless questions, each by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from checkout_service.domain.errors import StripeRejected

from .check_result import CheckResult, Shop, ok, problem, warning

_CHECK = "permissions"
_LIMITED = ("rk_", "sk_org_")
_PULL = ("Checkout Sessions: read", "Payment Links: read", "PaymentIntents: read")
_PUSH = (
    "Checkout Sessions: write",
    "PaymentIntents: write",
    "Charges and Refunds: write",
    "Disputes: read",
    "Events: read",
)
_BESIDE = ("Invoices: read", "Shipping Rates: read")  # asked for together, so both or neither
_PORTAL, _CUSTOMERS = "Customer portal: write", "Customers: write"
_MEND = "Give the key these permissions in Developers > API keys > Edit."


def permissions(shop: Shop) -> Iterator[CheckResult]:
    """Ask for every permission by its name; an account's secret key has them all."""
    if not shop.settings.stripe_secret_key.startswith(_LIMITED):
        yield ok(_CHECK, "A secret key may do everything.")
        return
    needed = _needed(shop)
    missing = shop.account.missing(needed)
    if missing:
        yield problem(_CHECK, f"The restricted key lacks: {', '.join(missing)}.", _MEND)
    else:
        yield ok(_CHECK, f"The restricted key may do what it must: {', '.join(needed)}.")
    if shop.settings.api_keys and not shop.settings.pull_mode:
        yield from _of_backend(shop)


def _needed(shop: Shop) -> tuple[str, ...]:
    if shop.settings.pull_mode:
        return _PULL
    catalog, options = shop.catalog, shop.catalog.options
    links = ("Payment Links: read",) if catalog.payment_links else ()
    prices = [price for product in catalog.products for price in product.prices]
    stripes_own = ("Prices: read",) if any(price.stripe_price for price in prices) else ()
    ships = options.shipping_options or "shipping_options" in options.session
    beside = ships or "invoice_creation" in options.session or _sells_subscriptions(shop)
    return (*_PUSH, *links, *stripes_own, *(_BESIDE if beside else ()))


def _sells_subscriptions(shop: Shop) -> bool:
    for price in (price for product in shop.catalog.products for price in product.prices):
        if price.recurring:
            return True
        with suppress(StripeRejected):  # whether it may be read is asked for by name
            if price.stripe_price and shop.account.price(price.stripe_price).price.recurring:
                return True
    return False


def _of_backend(shop: Shop) -> Iterator[CheckResult]:
    """Tell what requests of the backend's would be refused; subscribers need the portal."""
    missing = shop.account.missing((_PORTAL, _CUSTOMERS))
    if _PORTAL in missing:
        refused = f"Without {_PORTAL} the backend's portal-sessions are refused."
        yield warning(_CHECK, refused, _MEND) if _sells_subscriptions(shop) else ok(_CHECK, refused)
    if _CUSTOMERS in missing:
        yield ok(_CHECK, f"Without {_CUSTOMERS} orders of customer by_email are refused.")
