"""The shop's face on Stripe's pages: whether Stripe can show the logo and the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checkout_service.domain.addresses import is_public
from checkout_service.domain.catalog.branding import why_no_logo

from .check_result import CheckResult, Shop, ok, warning

_CHECK = "branding"


def branding(shop: Shop) -> Iterator[CheckResult]:
    """Say what Stripe's pages look like, and why they show no logo or no picture of a product."""
    yield from _logo(shop)
    yield from _pictures(shop)


def _logo(shop: Shop) -> Iterator[CheckResult]:
    if not shop.catalog.shop.stripe_branding:
        yield ok(_CHECK, "Stripe's pages look as its dashboard says.")
    elif why := _why_no_logo(shop):
        yield warning(
            _CHECK,
            f"Stripe's pages show no logo: {why} ({shop.catalog.shop.logo}).",
            "Name an https address of a PNG or JPEG as shop.logo, or another logo for Stripe as"
            " branding_settings.logo under [checkout.session].",
        )
    else:
        yield ok(_CHECK, "Stripe's pages look as [shop] in the catalog says.")


def _pictures(shop: Shop) -> Iterator[CheckResult]:
    """Name the pictures that Stripe is not told of; a price of Stripe's own has Stripe's."""
    sold = [one for one in shop.catalog.products if any(not p.stripe_price for p in one.prices)]
    hidden = [image for product in sold for image in product.images if not is_public(image)]
    if hidden:
        yield warning(
            _CHECK,
            f"Stripe's page leaves out pictures that Stripe cannot fetch: {', '.join(hidden)}.",
            "Name https addresses that everybody can open under images of the products.",
        )


def _why_no_logo(shop: Shop) -> str | None:
    logo = shop.catalog.shop.logo
    own = shop.catalog.options.session.get("branding_settings")
    if logo is None or (isinstance(own, Mapping) and not {"logo", "icon"}.isdisjoint(own)):
        return None
    why = why_no_logo(logo)
    if why is None and not shop.settings.development:
        leads = shop.network.leads_nowhere(logo, allow_private=False)
        why = leads and f"its address {leads}"
    return why
