"""What happens to an order besides its money: parcels on their way, and notes of the shop's people.

No status depends on any of it: what is shipped was paid before, and stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from checkout_service.domain.card_numbers import holds_card_number
from checkout_service.domain.errors import CardNumber, CheckoutError, Fault, InvalidInput
from checkout_service.domain.frozen import frozen
from checkout_service.domain.texts import has_hidden_characters

CARRIER_LONGEST, NUMBER_LONGEST, URL_LONGEST, NOTE_LONGEST = 60, 80, 500, 1_000


class NotFulfilled(CheckoutError):
    """Goods must not leave before the order was told to be fulfilled."""

    code = "not_fulfilled"

    def __init__(self) -> None:
        super().__init__("This order is not fulfilled: it is not paid, or it is held.")


@frozen
class Parcel:
    """Who carries it and where the buyer sees how far it is."""

    carrier: str
    tracking_number: str | None = None
    tracking_url: str | None = None


@frozen
class Shipment:
    """A parcel that was sent; who says so, and when (milliseconds UTC)."""

    id: str
    parcel: Parcel
    who: str
    shipped_at: int


@frozen
class Note:
    """What somebody of the shop wrote down of an order, and when (milliseconds UTC)."""

    id: str
    who: str
    words: str
    at: int


def read_parcel(form: Mapping[str, str]) -> Parcel:
    """Read what a person typed. Raises InvalidInput with every fault."""
    carrier, number, url = (
        form.get(name, "").strip() for name in ("carrier", "tracking_number", "tracking_url")
    )
    faults = []
    if not carrier:
        faults.append(Fault("carrier", "say who carries it"))
    for name, text, most in (
        ("carrier", carrier, CARRIER_LONGEST),
        ("tracking_number", number, NUMBER_LONGEST),
    ):
        if len(text) > most or has_hidden_characters(text):
            what = f"the {_in_words(name)} is one line of at most {most} letters"
            faults.append(Fault(name, f"{what}, none of them hidden"))
    if url and not _is_web_address(url):
        faults.append(Fault("tracking_url", "the tracking link begins with https:// or http://"))
    if faults:
        raise InvalidInput(faults)
    return Parcel(carrier, number or None, url or None)


def read_note(text: str) -> str:
    """Read a note; its lines stay. Raises InvalidInput, CardNumber."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise InvalidInput([Fault("note", "write something down")])
    if len(words) > NOTE_LONGEST or has_hidden_characters(words.replace("\n", "")):
        raise InvalidInput([Fault("note", f"a note is text of at most {NOTE_LONGEST} letters")])
    if holds_card_number(words):
        raise CardNumber(["note"])
    return words


def _is_web_address(url: str) -> bool:
    """True for what a buyer may be sent to: no user name that hides the host, no spaces."""
    if len(url) > URL_LONGEST or not url.isprintable() or " " in url or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(host) and "@" not in parts.netloc


def _in_words(name: str) -> str:
    return name.replace("_", " ")
