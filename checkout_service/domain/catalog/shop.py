"""The catalog's `[shop]` table: what buyers see of the merchant on every page."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checkout_service.domain.frozen import frozen

from .colors import Accent, read_accent
from .fields import address_of, short_text_of, unknown_keys

MAX_NAME, MAX_EMAIL = 60, 254
_LINKS = ("imprint_url", "terms_url", "privacy_url", "refund_url")
_KEYS = (
    "name", "url", "support_email", "logo", "accent_color", *_LINKS, "time_zone", "storefront",
    "manage_subscriptions", "stripe_branding",
)  # fmt: skip


@frozen
class Shop:
    """Who sells. `url` is the merchant's own site; without `storefront` there is no shop here.

    `manage_subscriptions` leads subscribers to Stripe's customer portal, which Stripe must know.
    Without `stripe_branding` Stripe's pages look as its dashboard says.
    """

    name: str = "Shop"
    url: str | None = None
    support_email: str | None = None
    logo: str | None = None
    accent: Accent | None = None
    imprint_url: str | None = None
    terms_url: str | None = None
    privacy_url: str | None = None
    refund_url: str | None = None
    time_zone: str = "UTC"
    storefront: bool = True
    manage_subscriptions: bool = False
    stripe_branding: bool = True


def read_shop(item: object, faults: list[str]) -> Shop:
    """Read the table; what is wrong is added to the faults."""
    if not isinstance(item, dict):
        faults.append("shop: must be a table ([shop])")
        return Shop()
    unknown_keys(item, _KEYS, "shop", faults)
    return Shop(
        name=short_text_of(item, "name", "shop", faults, longest=MAX_NAME) or Shop().name,
        url=address_of(item, "url", "shop", faults),
        support_email=_email(item, faults),
        logo=address_of(item, "logo", "shop", faults),
        accent=read_accent(item.get("accent_color"), faults),
        time_zone=_time_zone(item.get("time_zone", "UTC"), faults),
        storefront=_flag(item, "storefront", faults, default=True),
        manage_subscriptions=_flag(item, "manage_subscriptions", faults, default=False),
        stripe_branding=_flag(item, "stripe_branding", faults, default=True),
        **{link: address_of(item, link, "shop", faults) for link in _LINKS},
    )


def _flag(item: Mapping[str, object], key: str, faults: list[str], *, default: bool) -> bool:
    value = item.get(key, default)
    if not isinstance(value, bool):
        faults.append(f"shop.{key}: true or false")
    return value is True


def _email(item: Mapping[str, object], faults: list[str]) -> str | None:
    email = short_text_of(item, "support_email", "shop", faults, longest=MAX_EMAIL)
    if email is not None and "@" not in email:
        faults.append('shop.support_email: an address such as "help@shop.example"')
    return email


def _time_zone(value: object, faults: list[str]) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(f'shop.time_zone: {value} is no zone such as "Europe/Berlin"')
        return "UTC"
