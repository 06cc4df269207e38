"""Vouchers and bank transfers: what the buyer is shown, until when, and what the payment shows.

A voucher that nobody pays runs out at the end of its last day where the buyer lives; a transfer
is awaited for ever.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from .errors import invalid
from .forms import integer, table
from .shapes import nulls
from .store import Json
from .unmodelled import not_modelled

TRANSFER = "customer_balance"
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Voucher:
    """`days` is how long it lives by default, within `least` and `most`; `zone` hours from UTC."""

    days: int
    least: int = 0
    most: int = 0
    zone: int | None = None  # without one it lives whole days from its first second on


_VOUCHERS = {
    "boleto": _Voucher(3, 0, 60, -3),
    "oxxo": _Voucher(3, 1, 7, -6),
    "konbini": _Voucher(3, 1, 60, 9),
    "multibanco": _Voucher(7),
}
VOUCHERS = tuple(_VOUCHERS)
_ENDED = "payment_intent_payment_attempt_expired"


def is_shown(kind: str) -> bool:
    """True if a method of this kind has its buyer pay somewhere else, later."""
    return kind in _VOUCHERS or kind == TRANSFER


def end_of(kind: str, intent: Json, now: int) -> int | None:
    """Return the second a voucher made now runs out; None for a transfer."""
    voucher = _VOUCHERS.get(kind)
    if voucher is None:
        return None
    options = intent["payment_method_options"].get(kind) or {}
    days: int = options.get("expires_after_days", voucher.days)
    if voucher.zone is None:
        return now + days * _DAY
    zone = timezone(timedelta(hours=voucher.zone))
    last = datetime.fromtimestamp(now, UTC).astimezone(zone) + timedelta(days=days)
    return int(last.replace(hour=23, minute=59, second=59, microsecond=0).timestamp())


def action(kind: str, intent: Json, end: int | None, base: str) -> Json:
    """Write the `next_action` of Stripe's that tells the buyer where to pay what."""
    url = f"{base}/vouchers/{intent['id']}"
    if kind == TRANSFER:
        word = "display_bank_transfer_instructions"
        return {"type": word, word: _transfer(intent, url)}
    word = f"{kind}_display_details"
    more: dict[str, Json] = {
        "boleto": {"expires_at": end, "number": _digits(intent, 47), "pdf": f"{url}/pdf"},
        "oxxo": {"expires_after": end, "number": _digits(intent, 32)},
        "konbini": {"expires_at": end, "stores": _stores(intent)},
        "multibanco": {"entity": "12345", "expires_at": end, "reference": _digits(intent, 9)},
    }
    return {"type": word, word: {"hosted_voucher_url": url, **more[kind]}}


def details_of(kind: str, intent: Json) -> Json:
    """Show what a payment method of this kind knows."""
    return {"tax_id": intent.get("_tax_id", "00000000000191")} if kind == "boleto" else {}


def paid_details(kind: str, intent: Json) -> Json:
    """Show what a charge knows of the voucher that paid it."""
    return {
        "boleto": details_of("boleto", intent),
        "oxxo": {"number": _digits(intent, 32)},
        "konbini": {"store": {"chain": "familymart"}},
        "multibanco": {"entity": "12345", "reference": _digits(intent, 9)},
    }.get(kind, {})


def why_unpaid(kind: str) -> tuple[str, str] | None:
    """Return code and message of a payment that never came."""
    if not is_shown(kind):
        return None
    return _ENDED, "The payment attempt expired before the buyer paid."


def options(params: Json, before: Json | None = None) -> Json:
    """Read `payment_method_options`: how long vouchers live, and nothing else. Raises ApiError."""
    kept = dict(before or {})
    for kind, given in table(params, "payment_method_options").items():
        for name in given if isinstance(given, dict) else {}:
            where = f"payment_method_options[{kind}][{name}]"
            voucher = _VOUCHERS.get(kind)
            if voucher is None or name != "expires_after_days" or not voucher.most:
                raise not_modelled(where)
            days = integer(given, name, where=where) or 0
            if not voucher.least <= days <= voucher.most:
                raise invalid(where, f"Must be from {voucher.least} to {voucher.most} days.")
            kept[kind] = {"expires_after_days": days, "setup_future_usage": None}
    return kept


def for_intent(chosen: Json) -> Json:
    """Show options as an intent does, which knows more of a konbini than a session."""
    more = nulls("confirmation_number", "expires_at", "product_description")
    return {kind: {**(more if kind == "konbini" else {}), **own} for kind, own in chosen.items()}


def _digits(intent: Json, count: int) -> str:
    whole = int(hashlib.sha512(intent["id"].encode()).hexdigest(), 16)
    return str(whole)[:count]


def _stores(intent: Json) -> Json:
    code = {"confirmation_number": _digits(intent, 11), "payment_code": _digits(intent, 6)}
    return {name: dict(code) for name in ("familymart", "lawson", "ministop", "seicomart")}


_KINDS = {"eur": "eu", "gbp": "gb", "jpy": "jp", "mxn": "mx", "usd": "us"}


def _transfer(intent: Json, url: str) -> Json:
    number = _digits(intent, 8)
    addresses = {
        "eur": [("iban", ["sepa"], {"bic": "SOGEFRPP", "country": "FR",
                                    "iban": f"FR14200410100505{number}2606"})],
        "gbp": [("sort_code", ["bacs", "fps"], {"account_number": number,
                                                "sort_code": "200000"})],
        "jpy": [("zengin", ["zengin"], {"account_number": number[:7], "account_type": "futsu",
                                        "bank_code": "0009", "bank_name": "SANDBOX",
                                        "branch_code": "950", "branch_name": "SANDBOX"})],
        "mxn": [("spei", ["spei"], {"bank_code": "002", "bank_name": "SANDBOX",
                                    "clabe": f"0021800{number}000"})],
        "usd": [("aba", ["ach", "domestic_wire_us"], {"account_number": number,
                                                      "account_type": "checking",
                                                      "bank_name": "SANDBOX BANK",
                                                      "routing_number": "999999999"})],
    }[intent["currency"]]  # fmt: skip
    return {
        "amount_remaining": intent["amount"],
        "currency": intent["currency"],
        "financial_addresses": [
            {"type": kind, "supported_networks": networks, kind: _account(fields)}
            for kind, networks, fields in addresses
        ],
        "hosted_instructions_url": url,
        "reference": _digits(intent, 12),
        "type": f"{_KINDS[intent['currency']]}_bank_transfer",
    }


def _account(fields: Json) -> Json:
    address = nulls("city", "country", "line1", "line2", "postal_code", "state")
    return {
        "account_holder_address": dict(address),
        "account_holder_name": "Stripe Sandbox",
        "bank_address": dict(address),
        **fields,
    }
