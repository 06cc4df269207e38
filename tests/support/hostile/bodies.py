"""Bodies that no honest caller sends: JSON that parsers read apart, bombs, and bent carts."""

from __future__ import annotations

import json

from .attack import Dice
from .redirects import REDIRECTS

_VALUES = [
    "null", "true", "false", "0", "-1", "1.5", "1e2", "1e400", "-1e400", "NaN", "Infinity",
    "-Infinity", "9" * 20, "9" * 33, "9" * 5_000, "9223372036854775808", "-9223372036854775809",
    "0x10", "01", "+1", "1_000", ".5", "5.", '""', '"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"',
    '"' + "a" * 5_000 + '"', '"4242 4242 4242 4242"', '"sk_live_51abcdef"', "[]", "{}", "[[]]",
    '{"a":1,"a":2}', '"\x00"', '"\t"', '"line\nbreak"', '"\\x41"', '"poster-usd\\u0000"',
    '"<script>alert(1)</script>"', "\"' OR 1=1--\"", '"${jndi:ldap://x}"', '"\\u202e"',
    '"=cmd|calc"', '["poster-usd"]', '{"$ne":null}', '"\ufeff"', "undefined", "{'a':1}", "",
]  # fmt: skip
_FIELDS = [
    "items", "order", "mode", "success_url", "cancel_url", "return_url", "customer_email",
    "client_reference_id", "metadata", "locale", "allow_promotion_codes", "ui_mode", "flow",
    "redirect_on_completion",
    "session", "amount", "payment_intent", "reason", "__proto__", "constructor", "", "\\u0000",
    "items.0.price", "a" * 300,
]  # fmt: skip
_CART = {
    "items": [{"price": "poster-usd", "quantity": 1}],
    "customer_email": "buyer@example.com",
    "client_reference_id": "A-17",
    "metadata": {"till": "3"},
    "success_url": "https://site.example/thanks",
}
_BOMBS = [
    b"[" * 30_000 + b"]" * 30_000,
    b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    b'{"items":[' + b'{"price":"poster-usd","quantity":1},' * 1_500 + b"{}]}",
    b'{"' + b'a":1,"' * 9_000 + b'b":1}',
    b'{"items":"' + b"\\u0000" * 8_000 + b'"}',
    b'{"metadata":{"a":"' + b"x" * 60_000 + b'"}}',
    b'{"order":' + b"9" * 60_000 + b"}",
    b'"' + b"\\" * 60_000,
    b" " * 64_000 + b"{}",
    b"\xff" * 64_000,
    b"{" * 64_000,
    b"a" * 70_000,
]
_WHOLE = [
    b"", b" ", b"{", b"}", b"[]", b"null", b"1", b'"x"', b"true", b"\xef\xbb\xbf{}", b"{}{}",
    b'{"items": "\xff\xfe"}', '{"order": "x"}'.encode("utf-16"), '{"order":"x"}'.encode("utf-32"),
    b"\x1f\x8b\x08\x00", b"items[0][price]=poster-usd", b"<xml/>", b"--x\r\n\r\n", b"\0",
]  # fmt: skip


def json_body(dice: Dice) -> bytes:
    """Draw the body of a POST that ought to hold JSON."""
    kinds = [
        _whole,
        _bent_cart,
        _bent_cart,
        _redirect,
        _odd_item,
        _odd_item,
        _odd_fields,
        _odd_fields,
    ]
    return dice.one(_BOMBS) if dice.often(0.02) else dice.one(kinds)(dice)


def _whole(dice: Dice) -> bytes:
    return dice.noise(400) if dice.often(0.3) else dice.one(_WHOLE)


def _bent_cart(dice: Dice) -> bytes:
    return dice.bend(json.dumps(_CART).encode())


def _redirect(dice: Dice) -> bytes:
    field = dice.one(["success_url", "cancel_url", "return_url"])
    return json.dumps(_CART | {field: dice.one(REDIRECTS)}).encode()


def _odd_item(dice: Dice) -> bytes:
    names = [n for n in ("price", "quantity", "name", "unit_amount", "currency") if dice.often(0.7)]
    item = ", ".join(f'"{name}": {dice.one(_VALUES)}' for name in names)
    return _bytes('{"items": [{' + item + "}]}")


def _odd_fields(dice: Dice) -> bytes:
    fields = [f'"{dice.one(_FIELDS)}": {dice.one(_VALUES)}' for _ in range(dice.randrange(1, 5))]
    return _bytes("{" + ", ".join(fields) + "}")


def form_body(dice: Dice) -> bytes:
    """Draw the body of a form of ours, urlencoded."""
    names = [
        "price",
        "quantity",
        "token",
        "order",
        "csrf_token",
        "name",
        "password",
        "nonce",
        "code",
    ]
    values = [
        "poster-usd", "1", "-1", "9" * 4_000, "%00", "%ff%fe", "%ed%a0%80", "a" * 4_000, "%", "%zz",
        "1.5", "%3Cscript%3E", "' OR 1=1--", "ord_x", "admin", "4242424242424242", "", "%0d%0aX: 1",
        "\0", "\xff", "eyJhIjoxfQ.aaaa.bbbb",
    ]  # fmt: skip
    pairs = (f"{dice.one(names)}={dice.one(values)}" for _ in range(dice.randrange(0, 7)))
    text = dice.one(["&", "&", "&", ";", "&&"]).join(pairs)
    data = text.encode("latin-1")
    return dice.bend(data) if dice.often(0.3) else data


def multipart_body(dice: Dice, boundary: str) -> bytes:
    """Draw a multipart body: many parts, files, parts without an end."""
    line = f"--{boundary}\r\n".encode()
    headers = [
        b'Content-Disposition: form-data; name="price"',
        b'Content-Disposition: form-data; name="quantity"; filename="../../etc/passwd"',
        b'Content-Disposition: form-data; name="\xff\0"',
        b"Content-Disposition: form-data",
        b"Content-Disposition: " + b"a" * 3_000,
        b'Content-Type: text/plain; charset="nope"',
        b"",
    ]
    parts = [
        line + dice.one(headers) + b"\r\n\r\n" + dice.noise(60) + b"\r\n"
        for _ in range(dice.one([0, 1, 2, 3, 60]))
    ]
    end = f"--{boundary}--\r\n".encode() if dice.often(0.6) else b""
    return b"".join(parts) + end


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
