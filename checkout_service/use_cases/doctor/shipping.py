"""Ways to ship that live at Stripe: each must be there, and have an amount in what is sold in."""

from __future__ import annotations

from collections.abc import Iterator

from checkout_service.domain.errors import StripeRejected

from .check_result import CheckResult, Shop, ok, problem

_CHECK = "shipping rates"


def shipping_rates(shop: Shop) -> Iterator[CheckResult]:
    """Look up every Shipping Rate of the catalog's [checkout] table."""
    options = shop.catalog.options.shipping_options
    names = [option.stripe_shipping_rate for option in options if option.stripe_shipping_rate]
    if not names:
        yield ok(_CHECK, "None of Stripe's in the catalog.")
        return
    sold_in = _currencies(shop)
    faults = [fault for name in names for fault in _faults(shop, name, sold_in)]
    yield from faults
    if not faults:
        yield ok(_CHECK, f"Found at Stripe: {len(names)}, in {', '.join(sorted(sold_in))}.")


def _currencies(shop: Shop) -> set[str]:
    """List what is sold in, but for subscriptions: nothing is shipped with those."""
    found: set[str] = set()
    for product in shop.catalog.products:
        for price in product.prices:
            if price.stripe_price is not None:
                theirs = shop.account.price(price.stripe_price).price
                found |= set() if theirs.recurring else {theirs.currency}
            elif price.currency is not None and price.recurring is None:
                found.add(price.currency)
    return found


def _faults(shop: Shop, name: str, sold_in: set[str]) -> Iterator[CheckResult]:
    mend = f"Correct stripe_shipping_rate {name} in the catalog, or the rate at Stripe."
    try:
        rate = shop.account.shipping_rate(name)
    except StripeRejected as refusal:
        if refusal.permission:
            raise
        yield problem(_CHECK, f"Stripe has no Shipping Rate {name} in this mode.", mend)
        return
    if not rate.active:
        yield problem(_CHECK, f"{name} is archived at Stripe: no session could be opened.", mend)
    missing = sorted(sold_in - rate.currencies)
    if missing:
        has = ", ".join(sorted(rate.currencies))
        lost = f"no session in {' or '.join(missing)} could be opened"
        yield problem(_CHECK, f"{name} has an amount in {has} only: {lost}.", mend)
