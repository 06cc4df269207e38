"""The merchant's face on Stripe's own pages: what `[shop]` says, where nothing else is said.

https://docs.stripe.com/payments/checkout/customization/appearance and, for links in texts,
https://docs.stripe.com/payments/checkout/customization/policies
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from checkout_service.domain.addresses import is_public
from checkout_service.domain.frozen import frozen
from checkout_service.domain.session import drawable, is_managed

from .shop import Shop

Session = Mapping[str, object]
Say = Callable[[str, str | None], str]  # a text of the pages, in the language of a locale

MAX_TEXT = 1_200  # characters of a custom text
PICTURES = (".gif", ".jpeg", ".jpg", ".png")
"""What Stripe takes for a logo: https://docs.stripe.com/api/files/create"""
_SETTINGS, _TEXTS = "branding_settings", "custom_text"


def N_(text: str) -> str:  # noqa: N802 - gettext's own name: a text that is translated later
    return text


_LINKS = (
    ("imprint_url", N_("Legal notice")),
    ("terms_url", N_("Terms")),
    ("privacy_url", N_("Privacy")),
    ("refund_url", N_("Returns and refunds")),
)
_AGREED = N_("I agree to the terms")


@frozen
class Branding:
    """How a shop looks at Stripe's; `say` translates the few words there are."""

    shop: Shop
    say: Say

    def over(self, session: Session, *, ui_mode: str, locale: str | None) -> dict[str, object]:
        """Add the shop's face to what is handed through, which goes first in every part."""
        if not self.shop.stripe_branding:
            return dict(session)
        ours = {_SETTINGS: self._settings(session), _TEXTS: self._texts(session, locale)}
        added = {name: table for name, table in drawable(ours, ui_mode).items() if table}
        return {**session, **{name: _under(session, name, table) for name, table in added.items()}}

    def _settings(self, session: Session) -> dict[str, object]:
        """Say what of the page is the shop's; Stripe takes a logo or an icon, not both."""
        shop, given = self.shop, _table(session, _SETTINGS)
        settings: dict[str, object] = {}
        if shop.name != Shop().name:
            settings["display_name"] = shop.name
        if shop.accent is not None:
            settings["button_color"] = shop.accent.light
        if shop.logo and "icon" not in given and why_no_logo(shop.logo) is None:
            settings["logo"] = {"type": "url", "url": shop.logo}
        return settings

    def _texts(self, session: Session, locale: str | None) -> dict[str, object]:
        """Link to what the buyer agrees to; where Stripe sells, the terms are its own."""
        if is_managed(session):
            return {}
        texts: dict[str, object] = {}
        if links := self._links(locale):
            texts["after_submit"] = {"message": links}
        consent = session.get("consent_collection")
        asks = isinstance(consent, Mapping) and consent.get("terms_of_service") == "required"
        if asks and self.shop.terms_url:
            agreed = _link(self.say(_AGREED, locale), self.shop.terms_url)
            if len(agreed) <= MAX_TEXT:
                texts["terms_of_service_acceptance"] = {"message": agreed}
        return texts

    def _links(self, locale: str | None) -> str:
        """Write as many links as one text of Stripe's holds."""
        text = ""
        for link in self._each_link(locale):
            longer = f"{text} · {link}" if text else link
            if len(longer) <= MAX_TEXT:
                text = longer
        return text

    def _each_link(self, locale: str | None) -> Iterator[str]:
        for key, name in _LINKS:
            if url := getattr(self.shop, key):
                yield _link(self.say(name, locale), url)


def why_no_logo(url: str) -> str | None:
    """Say why Stripe's page cannot show this picture, or None; a refusal would end every sale."""
    if not is_public(url):
        return "Stripe cannot fetch it"
    if not urlsplit(url).path.lower().endswith(PICTURES):
        return "Stripe's page takes a GIF, JPEG or PNG"
    return None


def _table(session: Session, name: str) -> Mapping[str, object]:
    given = session.get(name)
    return given if isinstance(given, Mapping) else {}


def _under(session: Session, name: str, ours: object) -> dict[str, object]:
    return {**(ours if isinstance(ours, Mapping) else {}), **_table(session, name)}


def _link(text: str, url: str) -> str:
    """Write a Markdown link; a bracket in an address would end it."""
    return f"[{text}]({url.replace('(', '%28').replace(')', '%29')})"
