"""Well-framed requests with hostile parts: paths, queries, headers, cookies, bodies, signatures."""

from __future__ import annotations

from urllib.parse import quote

import stripe

from .attack import Attack, Dice, request
from .bodies import form_body, json_body, multipart_body
from .hosts import HOST_TRICKS
from .origins import FOREIGN

_JSON_DOORS = [
    "/api/v1/checkout-sessions", "/api/v1/payment-intents", "/api/v1/orders",
    "/api/v1/checkout-sessions/cs_test_x/expire", "/api/v1/payment-links/print/orders",
    "/api/v1/checkout-sessions/cs_test_x/items",
    "/api/v1/orders/ord_x/refunds", "/api/v1/orders/ord_x/cancel",
    "/api/v1/notifications/msg_x/redeliver",
]  # fmt: skip
_FORM_DOORS = [
    "/checkout", "/cart", "/cart/change", "/cart/checkout", "/admin/login", "/admin/logout",
    "/admin/orders/ord_x/refund",
]  # fmt: skip
_DOORS = [
    "/", "/cart", "/buy/poster-usd", "/pay", "/orders/", "/checkout/success", "/checkout/cancel",
    "/links/", "/links/return", "/pay/complete", "/static/", "/admin", "/admin/", "/admin/orders",
    "/admin/orders.csv", "/admin/events", "/api/docs", "/api/v1/orders", "/api/v1/orders/",
    "/api/v1/products", "/api/v1/checkout-sessions/", "/api/v1/payment-intents/",
    "/api/v1/payment-links/orders/", "/api/v1/notifications", "/healthz", "/readyz",
    "/metrics", "/.env", "/wsgi.py",
]  # fmt: skip
_ODD = [
    "..", "../../../etc/passwd", "..%2f..%2fwsgi.py", "%2e%2e/%2e%2e/etc/passwd", "..;/admin",
    "..%5c..%5cx", "%252e%252e%252f", "%00", "%ff", "%c0%ae%c0%ae/", "%ed%a0%80",
    "%0d%0aX-Evil:%201", "%", "%zz", "%u0041", "x" * 3_000, "//evil.example", "/\\evil.example",
    ";jsessionid=1", "~", "'", "\"'><script>", "${jndi:ldap://x}", "{{7*7}}",
    "cs_test_" + "a" * 300, "cs_live_x", "ord_", "pi_x", "ord_%00", "cs_test_a%0a", "-1",
    "9" * 400, "null", "\xe9", ".git/config", "?", "#", "a=b&a=c",
]  # fmt: skip
_FIELDS = [
    "session_id", "order", "price", "quantity", "payment_intent", "cursor", "limit", "status",
    "created_after", "after", "lang", "q", "browser", "v", "customer_email", "page",
    "client_secret",
]  # fmt: skip
_TEXTS = [
    "\0", "\xff", "a" * 7_000, "'", "' OR 1=1--", "-1", "0", "9" * 400, "1e400", "NaN", "null",
    "[]", "{}", "%00", "\ud800", "\u202e", "../", "ord_x", "cs_test_x", "2026-99-99",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+99:99", "eyJhIjoxfQ.aaaa.bbbb", "de-DE",
    "x" * 40,
]  # fmt: skip
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO", "CONNECT"]
_TYPES = [
    "application/json", "application/json; charset=utf-16", "application/json; charset=nope",
    "text/plain", "application/x-www-form-urlencoded", "application/xml", "", ";", "application/",
    "application/json, text/plain", "multipart/form-data", "multipart/form-data; boundary=",
    'multipart/form-data; boundary="' + "b" * 300 + '"', "application/json\x0b", "\xff/\xff",
]  # fmt: skip
_KEYS = [
    "", "a", "a" * 20, "a" * 255, "a" * 256, "\xff" * 20, "key with blanks in it it", "\t" * 20,
    "4242 4242 4242 4242 42", "sk_live_51abcdefghijklmnop", '"quoted-idempotency-key"', "\x7f" * 20,
]  # fmt: skip
_LANGUAGES = [
    "*", "de;q=9e9", "de;q=nan", "de;q=-1", "xx-" + "y" * 3_000, ",".join(["de"] * 1_500), ";;;",
    "\xff", "de-" * 900, "../../etc", "zh_Hant_TW.UTF-8", "de;q=0.0001,fr;q=inf",
]  # fmt: skip
_COOKIES = [
    "=", ";", "a", "=b", "admin=", "browser=\xff", "admin=" + "a" * 7_000,
    "admin=eyJfIjoxfQ.aaaa.bbbb", "links=eyJhIjoxfQ.aaaa.bbbb", "links=" + "%00" * 200,
    'admin="\\000\\377"', "admin=.eJw.x.x", "__Host-admin=x; admin=y; admin=z",
    "; ".join(f"c{n}=1" for n in range(900)),
    'a="unclosed', "$Version=1; admin=x; $Path=/", "admin=\x01\x02", "lang=../../x",
    "links=gAAAA" + "A" * 900,
]  # fmt: skip
_AUTHORIZATIONS = [
    "Bearer", "Bearer ", "Bearer tests-api-keyx", "bearer tests-api-key ", "Basic x",
    "Basic " + "=" * 99, "Bearer \xff", "Digest a=b", "Bearer " + "a" * 7_000, "Bearer null", ":",
    "Bearer a,Bearer b",
]  # fmt: skip
_NAMES = [
    "Accept", "If-None-Match", "If-Modified-Since", "Range", "Accept-Encoding", "X-Request-ID",
    "User-Agent", "X-Forwarded-For", "Referer", "Date", "Content-Language", "X-Real-IP",
]  # fmt: skip
_SITES = ["cross-site", "same-site", "same-origin", "none", "", "nonsense", "\xff"]
_EVENTS = [
    b"", b"{}", b"[]", b"null", b'"x"', b"1", b"NaN", b"\xff", b"{", b'{"id":"evt_x"}',
    b"[" * 20_000, b'{"id":"evt_x","object":"event","type":"checkout.session.completed"}',
    b'{"id":"evt_x","object":"event","type":"x","data":{"object":null},"created":1}',
    b'{"id":1,"object":"event","type":[],"data":{"object":{}},"created":"x"}',
    (b'{"id":"evt_%b","object":"event","type":"checkout.session.completed","created":1,%m,"data":'
     b'{"object":{"id":"cs_test_x","amount_total":1e400,"metadata":{"order_id":"ord_x"}}}}'),
    (b'{"id":"evt_%b","object":"event","type":"charge.refunded","created":99999999999999999999,%m,'
     b'"data":{"object":{"id":"ch_x","object":"charge","amount_refunded":-1}}}'),
    (b'{"id":"evt_%b","object":"event","type":"charge.dispute.created","created":1,%m,"data":'
     b'{"object":{"id":"du_\\u0000","object":"dispute","payment_intent":{"id":[]}}}}'),
    (b'{"id":"evt_%b","object":"v2.core.event","type":"v1.billing.meter","created":"soon",%m,'
     b'"related_object":{"id":"\\ud800","type":"x","url":"//evil.example"}}'),
    b'{"id":"evt_a","id":"evt_b","object":"event","type":"a","data":{"object":{"id":"x"}}}',
    b'{"id":"evt_' + b"x" * 5_000 + b'","object":"event","type":"a","data":{"object":{}}}',
]  # fmt: skip
_SIGNATURES = [
    "", "t=", "t=1,v1=", "t=1,v0=aa", "v1=aa", "t=x,v1=aa", "t=-1,v1=aa",
    "t=" + "9" * 400 + ",v1=aa", "t=1,v1=\xff", "t=1," + ",".join(["v1=aa"] * 1_800), ",,,", "=",
    "t=1;v1=aa", "t=1,v1=" + "a" * 64, "t=99999999999,v1=" + "a" * 64, "t=1,t=2,v1=aa",
    "T=1,V1=aa", "t=1, v1=aa", "t=NaN,v1=aa", "\x01",
]  # fmt: skip


def path(dice: Dice) -> Attack:
    """Ask for what is not there, or for what is there by another name."""
    target = dice.one(_DOORS) + dice.one(_ODD)
    if dice.often(0.3):
        target += dice.one(["/", "//", "/.", "?"]) + dice.one(_ODD)
    data = target.encode("latin-1", "replace")
    if dice.often(0.2):
        data = b"/" + dice.bend(data).replace(b"\r", b"").replace(b"\n", b"").replace(b" ", b"")
    return Attack("path", request(dice.one(_METHODS), data))


def query(dice: Dice) -> Attack:
    """Ask with parameters of any kind."""
    pairs = (
        f"{dice.one(_FIELDS)}={quote(dice.one(_TEXTS), errors='surrogatepass')}"[:3_000]
        for _ in range(dice.randrange(1, 5))
    )
    target = f"{dice.one(_DOORS)}?{'&'.join(pairs)}"[:4_000]
    headers = _merchant(dice) | (
        {"Accept-Language": dice.one(_LANGUAGES)} if dice.often(0.3) else {}
    )
    return Attack("query", request("GET", target, headers=_lines(headers)))


def post_json(dice: Dice) -> Attack:
    """Post what is no cart to every door that takes JSON."""
    headers = _merchant(dice) | {"Content-Type": "application/json"}
    if dice.often(0.1):
        headers["Content-Type"] = dice.one(_TYPES)
    if dice.often(0.2):
        headers["Idempotency-Key"] = dice.one(_KEYS)
    door = dice.one(_JSON_DOORS)
    usual = "PUT" if door.endswith("/items") else "POST"
    method = usual if dice.often(0.95) else dice.one(_METHODS)
    return Attack("json", request(method, door, headers=_lines(headers), body=json_body(dice)))


def post_form(dice: Dice) -> Attack:
    """Post what is no form of ours."""
    kind, body = "application/x-www-form-urlencoded", form_body(dice)
    if dice.often(0.4):
        boundary = dice.one(["x", "b" * 70, "''", "a b"])
        kind, body = f"multipart/form-data; boundary={boundary}", multipart_body(dice, boundary)
    headers = {"Content-Type": kind} | _cookie(dice)
    return Attack(
        "form", request("POST", dice.one(_FORM_DOORS), headers=_lines(headers), body=body)
    )


def webhook(dice: Dice, secret: str) -> Attack:
    """Send an event that is none: half of them with a signature that is right."""
    body = dice.one(_EVENTS).replace(b"%b", dice.randbytes(8).hex().encode())
    mode = dice.one([b'"livemode":false', b'"livemode":true', b'"livemode":"x"'])
    body = body.replace(b"%m", mode + b',"api_version":"2020-01-01"')
    if dice.often(0.3):
        body = dice.bend(body)
    said = dice.one(_SIGNATURES)
    if dice.often(0.5):
        try:
            said = stripe.WebhookSignature.generate_signature_header(body.decode(), secret)
        except UnicodeDecodeError:
            said = "t=1,v1=aa"
    headers = {"Stripe-Signature": said, "Content-Type": "application/json"}
    return Attack(
        "webhook", request("POST", "/webhooks/stripe", headers=_lines(headers), body=body)
    )


def host(dice: Dice) -> Attack:
    """Name another host, in every header that somebody somewhere believes."""
    headers = {**dice.one(HOST_TRICKS), **(dice.one(HOST_TRICKS) if dice.often(0.3) else {})}
    target = dice.one(_DOORS)
    return Attack("host", request("GET", target, headers=_lines(headers)))


def origin(dice: Dice) -> Attack:
    """Come from another site: plain, or asking first."""
    headers = {"Origin": dice.one(FOREIGN), "Sec-Fetch-Site": dice.one(_SITES)}
    method, body = "POST", json_body(dice)
    if dice.often(0.4):
        method, body = "OPTIONS", b""
        headers |= {
            "Access-Control-Request-Method": dice.one(_METHODS),
            "Access-Control-Request-Headers": dice.one(_TEXTS[3:18]),
        }
    headers["Content-Type"] = dice.one(_TYPES)
    encoded = {name: _line(value) for name, value in headers.items()}
    return Attack(
        "origin", request(method, dice.one(_JSON_DOORS), headers=encoded, body=body), whole=False
    )


def header(dice: Dice) -> Attack:
    """Fill headers that the service reads with what it must not choke on."""
    headers = _merchant(dice) | _cookie(dice)
    for _ in range(dice.randrange(1, 4)):
        headers[dice.one(_NAMES)] = dice.one([*_TEXTS, *_LANGUAGES, *_ODD])
    if dice.often(0.5):
        headers["Accept-Language"] = dice.one(_LANGUAGES)
    encoded = {name: _line(value) for name, value in headers.items()}
    return Attack(
        "header", request(dice.one(["GET", "HEAD"]), dice.one(_DOORS), headers=encoded), whole=False
    )


def _merchant(dice: Dice) -> dict[str, str]:
    if dice.often(0.4):
        return {"Authorization": "Bearer tests-api-key"}
    return {"Authorization": dice.one(_AUTHORIZATIONS)} if dice.often(0.2) else {}


def _cookie(dice: Dice) -> dict[str, str]:
    return {"Cookie": dice.one(_COOKIES)} if dice.often(0.5) else {}


def _lines(headers: dict[str, str]) -> dict[str, str | bytes]:
    return {name: _line(value) for name, value in headers.items()}


def _line(value: str) -> bytes:
    """Keep a value on its line: where lines end is another trick's matter."""
    data = value.encode("utf-8", "surrogatepass")
    return data.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b"\x01")
