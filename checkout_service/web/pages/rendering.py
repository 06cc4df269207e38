"""Money, times and words as a page shows them, in the reader's language.

Amounts are divided by Stripe's decimals, never by a locale library's: ISO differs for a dozen
currencies, and an amount would be wrong by 100.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern
from flask import Flask, request
from flask_babel import ngettext

from checkout_service.domain.catalog import Product
from checkout_service.domain.clock import rfc3339, to_datetime
from checkout_service.domain.facts.buyer import Address
from checkout_service.domain.ids import number_of
from checkout_service.domain.money import WHOLE_UNITS_ONLY, Money, exponent
from checkout_service.domain.postal import postal_lines
from checkout_service.web.context import catalog, settings, shop
from checkout_service.web.http.mount import at
from checkout_service.web.http.static_files import static_url

from .accent import accent_url
from .cart_cookie import size as cart_size
from .languages import page_locale, stripe_locale

# Babel leaves out the space that CLDR asks for between a code and a digit: KWD 12.
_LETTER_THEN_DIGIT = re.compile(r"([^\W\d_])(\d)")
# The day first is read alike in every country that writes English.
_DATES = {"en": "d MMMM y"}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=money,
        moment=moment,
        day=day,
        rfc3339=rfc3339,
        number=number_of,
        postal=postal,
        product=product_of,
        recurring=recurring_of,
    )
    app.jinja_env.globals.update(static_url=static_url, page_locale=page_locale, interval=interval)
    app.jinja_env.globals.update(stripe_locale=stripe_locale)
    app.jinja_env.globals.update(accent_url=accent_url, home_url=home_url)
    app.jinja_env.globals.update(cart_size=cart_size, most_of_asked=most)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def known() -> dict[str, object]:
        return {"test_mode": not settings().live, "shop": shop(), "shop_name": shop().name}


def postal(to: Address) -> list[str]:
    """Return the lines of an address without its person, the country by its code."""
    return postal_lines(None, to, to.country)


def product_of(price: str | None) -> Product | None:
    """Return what the catalog says today of what was bought."""
    return catalog().product_of(price)


def recurring_of(price: str | None) -> Mapping[str, str | int] | None:
    """Return how often a price that was bought is due, by today's catalog; None if once."""
    known = catalog().price(price or "")
    return None if known is None else known.recurring


def most() -> int | None:
    """Return how many may be bought of the one price that is asked for; None if none or several."""
    named = request.values.getlist("price") or list((request.view_args or {}).values())
    price = catalog().price(str(named[0])) if len(named) == 1 else None
    return None if price is None else price.max_quantity


def home_url() -> str | None:
    """Return where the shop is: the merchant's own site, else the storefront, if there is one."""
    known = shop()
    return known.url or (at("/") if known.storefront else None)


def money(minor: int, currency: str) -> str:
    """Write an amount of minor units, such as $25.00 or 1,000 of a currency without decimals."""
    amount = Money(minor, currency)
    digits = exponent(currency)
    if currency in WHOLE_UNITS_ONLY and minor % 100 == 0:
        digits = 0
    locale = page_locale()
    pattern = _pattern(locale, digits)
    shown: str = pattern.apply(
        amount.major(), locale, currency=currency.upper(), currency_digits=False
    )
    if locale.text_direction == "rtl":
        sign = get_currency_symbol(currency.upper(), locale)
        shown = _among_words_that_run_leftwards(shown, sign)
    return _LETTER_THEN_DIGIT.sub("\\1\N{NO-BREAK SPACE}\\2", shown)


def _among_words_that_run_leftwards(amount: str, sign: str) -> str:
    """Keep the minus before its number, and a sign such as US$ in one piece."""
    whole = f"\N{FIRST STRONG ISOLATE}{sign}\N{POP DIRECTIONAL ISOLATE}"
    return amount.replace("-", "\N{LEFT-TO-RIGHT MARK}-").replace(sign, whole)


@functools.cache
def _pattern(locale: Locale, digits: int) -> NumberPattern:
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern


def moment(millis: int) -> str:
    """Write a time (milliseconds UTC) for a reader, by the shop's clock."""
    when, locale = to_datetime(millis).astimezone(ZoneInfo(shop().time_zone)), page_locale()
    time = f"{format_time(when, 'HH:mm', when.tzinfo, locale=locale)} {_zone(when, locale)}"
    return str(get_datetime_format("medium", locale)).format(time, _date(when, locale))


def day(millis: int) -> str:
    """Write a day (milliseconds UTC) for a reader, by the shop's clock."""
    return _date(to_datetime(millis).astimezone(ZoneInfo(shop().time_zone)), page_locale())


def _date(when: datetime, locale: Locale) -> str:
    written: str = format_date(when, _DATES.get(locale.language, "long"), locale=locale)
    return written


def _zone(when: datetime, locale: Locale) -> str:
    """Name a time's zone as its reader does, such as MESZ; else by how far it is from UTC."""
    far: str = format_time(when, "Z", when.tzinfo, locale=locale)
    if far == "+0000":
        return "UTC"
    name: str = format_time(when, "z", when.tzinfo, locale=locale)
    if name != far:
        return name
    minutes = f":{far[3:]}" if far[3:] != "00" else ""
    return f"UTC{far[0]}{int(far[1:3])}{minutes}"


def interval(recurring: Mapping[str, str | int] | None) -> str:
    """Return how often a subscription's price is due; nothing for a price paid once."""
    if recurring is None:
        return ""
    count = int(recurring.get("interval_count", 1))
    every = {
        "day": ngettext("per day", "every %(num)d days", count),
        "week": ngettext("per week", "every %(num)d weeks", count),
        "month": ngettext("per month", "every %(num)d months", count),
        "year": ngettext("per year", "every %(num)d years", count),
    }
    return f" {every[str(recurring['interval'])]}"
