"""The catalog's `[checkout]` table: what Stripe's page may ask, add and take off.

What Stripe may compute is written down with every order: any other difference is held.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace

from checkout_service.domain.frozen import frozen
from checkout_service.domain.money import BadAmount, check_unit_amount
from checkout_service.domain.order.ledger import DISCOUNT, SHIPPING, TAX
from checkout_service.domain.session import faults_of
from checkout_service.domain.texts import why_unreadable

from .fields import TAX_BEHAVIORS, one_of, unknown_keys

HALF_HOUR, DAY = 1_800, 86_400  # seconds: Stripe's bounds of a session's life
MAX_SHIPPING_OPTIONS = 5
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LOCALE = re.compile(r"auto|[a-z]{2,3}(-[A-Z]{2}|-419)?", re.ASCII)
_FLAGS = ("promotion_codes", "automatic_tax", "recovery")
_KEYS = frozenset((
    *_FLAGS, "shipping_countries", "shipping_options", "expires_after", "locale", "tax_behavior",
    "session",
))  # fmt: skip
_SHIPPING_KEYS = frozenset(("name", "currency", "amount", "stripe_shipping_rate", "tax_behavior"))


@frozen
class ShippingOption:
    """A way to ship: a name and an amount (minor units), or a Shipping Rate of Stripe's."""

    name: str = ""
    currency: str | None = None
    amount: int = 0
    stripe_shipping_rate: str | None = None
    tax_behavior: str | None = None  # inside the amount or on top of it


@frozen
class CheckoutOptions:
    """What the merchant lets Stripe compute or ask on top of the cart.

    `expires_after` is in seconds (Stripe: 30 minutes to 24 hours).
    """

    promotion_codes: bool = False
    automatic_tax: bool = False
    tax_behavior: str | None = None
    shipping_countries: tuple[str, ...] = ()
    shipping_options: tuple[ShippingOption, ...] = ()
    expires_after: int | None = None
    recovery: bool = False
    locale: str | None = None
    session: Mapping[str, object] = field(default_factory=dict)  # handed through as it is

    def shipping_for(self, currency: str, mode: str) -> tuple[ShippingOption, ...]:
        """Choose the ways to ship this order; Stripe ships no subscriptions for money.

        https://docs.stripe.com/payments/during-payment/charge-shipping
        """
        if mode != "payment":
            return ()
        return tuple(
            option
            for option in self.shipping_options
            if option.stripe_shipping_rate or option.currency == currency
        )

    def of_stripes_own(self) -> CheckoutOptions:
        """Return these options without what Stripe says itself where it is the seller."""
        return replace(self, automatic_tax=False, shipping_countries=(), shipping_options=())

    def adjustable(self, currency: str, mode: str) -> frozenset[str]:
        """Name what Stripe may compute on top of an order in this currency and mode."""
        parts = {
            DISCOUNT: self.promotion_codes,
            TAX: self.automatic_tax,
            SHIPPING: bool(self.shipping_for(currency, mode)),
        }
        return frozenset(part for part, allowed in parts.items() if allowed)


def read_options(
    item: object, faults: list[str], *, locales: Collection[str] | None = None
) -> CheckoutOptions:
    """Read the table; what is wrong is added to the faults.

    `locales` are the languages that Stripe's page speaks; None leaves that to Stripe.
    """
    if not isinstance(item, dict):
        faults.append("checkout: must be a table ([checkout])")
        return CheckoutOptions()
    unknown_keys(item, _KEYS, "checkout", faults)
    wrong = [flag for flag in _FLAGS if not isinstance(item.get(flag, False), bool)]
    faults += [f"checkout.{flag}: true or false" for flag in wrong]
    return CheckoutOptions(
        promotion_codes=item.get("promotion_codes") is True,
        automatic_tax=item.get("automatic_tax") is True,
        tax_behavior=one_of(item, "tax_behavior", TAX_BEHAVIORS, "checkout", faults),
        shipping_countries=_countries(item.get("shipping_countries", []), faults),
        shipping_options=_shipping(item.get("shipping_options", []), faults),
        expires_after=_expires_after(item.get("expires_after"), faults),
        recovery=item.get("recovery") is True,
        locale=_locale(item.get("locale"), locales, faults),
        session=_session(item.get("session", {}), faults),
    )


def _session(value: object, faults: list[str]) -> Mapping[str, object]:
    found = [f"{place}: {why}" for place, why in faults_of(value, "checkout.session", shared=True)]
    faults += found
    return value if isinstance(value, dict) and not found else {}


def _countries(value: object, faults: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(
        isinstance(one, str) and _COUNTRY.fullmatch(one) for one in value
    ):
        faults.append('checkout.shipping_countries: a list of country codes such as "DE"')
        return ()
    return tuple(value)


def _expires_after(value: object, faults: list[str]) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not HALF_HOUR <= value <= DAY:
        faults.append(f"checkout.expires_after: seconds from {HALF_HOUR} to {DAY}")
        return None
    return value


def _locale(value: object, known: Collection[str] | None, faults: list[str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _LOCALE.fullmatch(value):
        faults.append('checkout.locale: a language of Stripe\'s page such as "de", or "auto"')
        return None
    if known is not None and value not in known:
        language = value.partition("-")[0]
        near = [word for word in known if word.partition("-")[0] == language]
        hint = f"; it speaks {', '.join(near)}" if near else ""
        faults.append(f"checkout.locale: Stripe's page does not speak {value}{hint}")
        return None
    return value


def _shipping(value: object, faults: list[str]) -> tuple[ShippingOption, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        faults.append("checkout.shipping_options: a list of tables ([[checkout.shipping_options]])")
        return ()
    options = tuple(_shipping_option(item, faults) for item in value)
    for currency in {option.currency for option in options}:
        offered = [o for o in options if o.currency in (currency, None)]
        if len(offered) > MAX_SHIPPING_OPTIONS:
            faults.append(f"checkout.shipping_options: Stripe shows {MAX_SHIPPING_OPTIONS} at most")
    return options


def _shipping_option(item: Mapping[str, object], faults: list[str]) -> ShippingOption:
    where = "checkout.shipping_options"
    unknown_keys(item, _SHIPPING_KEYS, where, faults)
    rate = item.get("stripe_shipping_rate")
    if rate is not None:
        if not isinstance(rate, str) or not rate.startswith("shr_") or len(item) > 1:
            faults.append(f"{where}: a stripe_shipping_rate (shr_...) stands alone")
        return ShippingOption(stripe_shipping_rate=str(rate))
    name, currency, amount = item.get("name"), item.get("currency"), item.get("amount")
    if not isinstance(name, str) or not name:
        faults.append(f"{where}.name: a text is needed")
    elif why := why_unreadable(name):
        faults.append(f"{where}.name: {why}")
    try:
        check_unit_amount(amount, currency)  # type: ignore[arg-type]  # it checks the types
    except (BadAmount, TypeError) as error:
        faults.append(f"{where}.amount: {error}")
        return ShippingOption()
    tax = one_of(item, "tax_behavior", TAX_BEHAVIORS, where, faults)
    return ShippingOption(str(name), str(currency), int(amount), tax_behavior=tax)  # type: ignore[call-overload]
