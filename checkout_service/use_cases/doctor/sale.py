"""What is for sale, held against Stripe: prices that live there, and Payment Links."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from babel.numbers import list_currencies

from checkout_service.domain.catalog import PaymentLink, Price
from checkout_service.domain.errors import StripeRejected
from checkout_service.domain.money import BadAmount, check_unit_amount, in_words
from checkout_service.domain.order.ledger import DISCOUNT, SHIPPING, TAX
from checkout_service.domain.ports.account import LinkLine, LinkView, PriceStanding

from .check_result import PLACEHOLDER, RETURN_PATH, CheckResult, Shop, ok, problem, warning

_ENCODED = quote(PLACEHOLDER).lower()
_ADDITION_OF = {DISCOUNT: "promotion codes", TAX: "automatic tax", SHIPPING: "shipping options"}


def catalog(shop: Shop) -> Iterator[CheckResult]:
    """Look up every price that the catalog leaves to Stripe."""
    prices = [price for product in shop.catalog.products for price in product.prices]
    theirs = [price for price in prices if price.stripe_price]
    faults = [fault for price in prices for fault in _own_faults(price)]
    faults += [fault for price in theirs for fault in _price_faults(shop, price)]
    yield from faults
    if not prices:
        yield warning("catalog", "Nothing is for sale.", "Write products into CATALOG_FILE.")
    elif not faults:
        looked = f", {len(theirs)} of them found at Stripe" if theirs else ""
        yield ok("catalog", f"Prices: {len(prices)}{looked}.")


def _own_faults(price: Price) -> Iterator[CheckResult]:
    if price.currency is not None and not _is_known(price.currency):
        yield problem(
            "catalog",
            f"{price.id}: {price.currency} is no currency that is known.",
            f"Correct the currency of {price.id} in the catalog.",
        )


def _is_known(currency: str) -> bool:
    return currency.upper() in list_currencies()


def _price_faults(shop: Shop, price: Price) -> Iterator[CheckResult]:
    name = price.stripe_price or ""
    mend = f"Correct stripe_price of {price.id} in the catalog, or the price at Stripe."
    try:
        found = shop.account.price(name)
    except StripeRejected as refusal:
        if refusal.permission:
            raise
        yield problem("catalog", f"{price.id}: Stripe has no price {name} in this mode.", mend)
        return
    if wrong := _what_is_wrong(found):
        yield problem("catalog", f"{price.id}: {name} {wrong}.", mend)


def _what_is_wrong(found: PriceStanding) -> str | None:
    price = found.price
    if not price.active:
        return "is archived at Stripe"
    if found.product_active is False:
        return "belongs to a product that is archived or deleted at Stripe"
    if price.unit_amount is None:
        return "has no fixed amount"
    if not _is_known(price.currency):
        return f"is in {price.currency}, which is no currency that is known"
    try:
        check_unit_amount(price.unit_amount, price.currency)
    except BadAmount as error:
        return f"cannot be charged: {error}"
    return None


def payment_links(shop: Shop) -> Iterator[CheckResult]:
    """Look up every Payment Link of the catalog."""
    links = shop.catalog.payment_links
    if not links:
        yield ok("payment links", "None in the catalog.")
    for link in links:
        check, faults = f"link {link.id}", [*_link_faults(shop, link)]
        yield from faults
        if not faults:
            yield ok(check, "Active, sells what the catalog says and brings buyers back.")


def _link_faults(shop: Shop, link: PaymentLink) -> Iterator[CheckResult]:
    check = f"link {link.id}"
    if "client_reference_id=" in link.url:
        yield problem(
            check,
            "Its url in the catalog carries a client_reference_id: all orders would be one.",
            "Take client_reference_id out of the url; the service adds one for each order.",
        )
    try:
        found = shop.account.link(link.stripe_payment_link)
    except StripeRejected as refusal:
        if refusal.permission:
            raise
        yield problem(
            check,
            f"Stripe has no Payment Link {link.stripe_payment_link} in this account and mode.",
            "Copy the link's id (plink_...) from its page at Stripe into the catalog.",
        )
        return
    if found.url.split("?")[0] != link.url.split("?")[0]:
        yield problem(
            check,
            f"Its url in the catalog is not that of {found.id}, which is {found.url}.",
            "Copy url and stripe_payment_link from the same link.",
        )
    if not found.active:
        yield problem(check, f"{found.id} is deactivated.", "Activate it at Stripe.")
    yield from _amount_faults(shop, link, found.lines)
    yield from _addition_faults(check, link, found)
    yield from _redirect_faults(shop, check, found)


def _amount_faults(
    shop: Shop, link: PaymentLink, lines: tuple[LinkLine, ...]
) -> Iterator[CheckResult]:
    price = shop.catalog.price(link.price)
    if price is None:
        return
    (currency, unit, name), quantity = _worth(price), link.quantity
    right = len(lines) == 1 and lines[0].quantity == quantity
    if right and name is not None:
        right = lines[0].price.id == name
    elif right:
        right = (lines[0].price.currency, lines[0].price.unit_amount) == (currency, unit)
    if not right:
        sold = " + ".join(_shown(line) for line in lines) or "nothing"
        wanted = f"{quantity} x {name or in_words(unit or 0, currency or '')}"
        yield problem(
            f"link {link.id}",
            f"It sells {sold}, the catalog says {wanted}: every payment would be held.",
            "Make price and quantity of the link in the catalog those of the link at Stripe.",
        )


def _addition_faults(check: str, link: PaymentLink, found: LinkView) -> Iterator[CheckResult]:
    """Name what lets a payment differ from the order's terms: the money guard would hold it."""
    adjustable = ("an adjustable quantity",) if any(line.adjustable for line in found.lines) else ()
    allowed = {_ADDITION_OF[part] for part in link.adjustable}
    additions = [word for word in (*found.additions, *adjustable) if word not in allowed]
    if additions:
        yield problem(
            check,
            f"It lets {' and '.join(additions)} change what is paid: such payments would be held.",
            "Switch that off at the link, or name the part under adjustable in the catalog.",
        )


def _worth(price: Price) -> tuple[str | None, int | None, str | None]:
    return price.currency, price.unit_amount, price.stripe_price


def _shown(line: LinkLine) -> str:
    return f"{line.quantity} x {in_words(line.price.unit_amount or 0, line.price.currency)}"


def _redirect_faults(shop: Shop, check: str, link: LinkView) -> Iterator[CheckResult]:
    settings, redirect = shop.settings, link.redirect
    wanted = f"{settings.public_base_url}{RETURN_PATH}?session_id={PLACEHOLDER}"
    mend = f"Set the link's After payment > Redirect to exactly {wanted}"
    if redirect is None:
        yield warning(check, "Buyers stay on Stripe's page after they paid.", mend)
        return
    if _ENCODED in redirect.lower():
        wrong = "The placeholder in its redirect is percent-encoded, so Stripe does not fill it in."
        yield problem(check, wrong, mend)
    elif PLACEHOLDER not in redirect:
        wrong = f"Its redirect carries no {PLACEHOLDER}: nobody knows the buyer who returns."
        yield problem(check, wrong, mend)
    parts = urlsplit(redirect)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in (settings.public_origin, *settings.allowed_origins):
        yield problem(check, f"Its redirect leads to {origin}, which is none of ours.", mend)
