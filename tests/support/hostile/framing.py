"""What breaks where a request ends: transfer codings, lengths, heads, lines, other protocols."""

from __future__ import annotations

from .attack import Attack, Dice, request

_POSTS = [
    b"POST /api/v1/checkout-sessions",
    b"POST /webhooks/stripe",
    b"POST /checkout",
    b"POST /admin/login",
    b"POST /api/v1/orders",
    b"POST /gone",
]
_HOST = b"Host: a\r\nContent-Type: application/json\r\n"
_CODINGS = [
    b"Transfer-Encoding: chunked", b"transfer-encoding:chunked", b"Transfer-Encoding: Chunked",
    b"Transfer-Encoding : chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity",
    b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding: chunked\x00",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    b"Transfer-Encoding: chunked\r\nContent-Length: 4",
    b"Content-Length: 0\r\nTransfer-Encoding: chunked", b"X: y\r\n Transfer-Encoding: chunked",
    b"Transfer-Encoding:", b"Transfer_Encoding: chunked", b'Transfer-Encoding: "chunked"',
    b"Transfer-Encoding: chunked;q=1",
]  # fmt: skip
_CHUNKS = [
    b"0\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n",
    b" 2\r\n{}\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", b"2 \r\n{}\r\n0\r\n\r\n",
    b"2\n{}\n0\n\n", b"2\r\n{}XX0\r\n\r\n", b"2\r\n{}\r\n0\r\ntrailer\r\n\r\n",
    b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n", b"2;a=b\r\n{}\r\n0\r\n\r\n",
    b"2;" + b"a" * 9_000 + b"\r\n{}\r\n0\r\n\r\n", b"1" * 100_000 + b"\r\n",
    b"ffffffffffffffff\r\n{}", b"7fffffffffffffff\r\n{}", b"100000\r\n{}", b"\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}\r\n00000\r\n\r\n", b"2\r\n{}\r\n-0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n",
    b"2_0\r\n{}\r\n0\r\n\r\n", b"\xff\r\n", b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 3_000 + b"\r\n",
    b"2\r\n{}\r\n0\r\n: x\r\n\r\n", b"2\r\n{}\r\n0\r\n\x00: x\r\n\r\n", b"2\r\n{}",
    b"1\r\n{\r\n" * 900 + b"0\r\n\r\n", b"",
]  # fmt: skip
_LENGTHS = [
    b"+2", b"-2", b"2, 2", b"0x2", b"2.0", b"2 2", b" 2", b"2;", b"", b"\xb2", b"9" * 30,
    b"9223372036854775808", b"1048577", b"65537", b"2\x00", b"two", b"2_0", b"1e1", b"02", b"\x0b2",
    b"2\r\nContent-Length: 3", b"2\r\nContent-Length: 2", b"0\r\nContent-Length: 2", b"2\r\n 3",
]  # fmt: skip
_LINES = [
    b"", b" ", b"GET", b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/1.1 x", b"GET / HTTP/9.9",
    b"GET / HTTP/0.9", b"GET / HTTP/1.", b"GET / http/1.1", b"GET / HTTP/1.1\x00",
    b"GET /\x00 HTTP/1.1", b"GET /\xff HTTP/1.1", b"GET / \xd0\x9d\xd0\xa2\xd0\xa2\xd0\xa0/1.1",
    b"get / HTTP/1.1", b"GE\xffT / HTTP/1.1", b"G\tET / HTTP/1.1", b"G(T / HTTP/1.1",
    b"A" * 40 + b" / HTTP/1.1", b"GET " + b"/a" * 3_000 + b" HTTP/1.1", b"GET * HTTP/1.1",
    b"OPTIONS * HTTP/1.1", b"CONNECT evil.example:443 HTTP/1.1",
    b"GET http://evil.example/ HTTP/1.1", b"GET //evil.example/ HTTP/1.1", b"GET \\evil HTTP/1.1",
    b"GET ?x HTTP/1.1", b"GET #x HTTP/1.1", b"GET /#x HTTP/1.1", b"GET http://[::1 HTTP/1.1",
    b"GET http://a:b:c@d:e/ HTTP/1.1", b"TRACE / HTTP/1.1", b"PRI * HTTP/2.0", b"DEBUG / HTTP/1.1",
    b"PROPFIND / HTTP/1.1", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2", b"HEAD / HTTP/1.0",
    b"POST / HTTP/1.0", b"GET /\tHTTP/1.1", b"GET / HTTP/1.1\rX: y", b"QUERY / HTTP/1.1",
    b"GET javascript:alert(1) HTTP/1.1",
]  # fmt: skip
_HEADERS = [
    b"X: " + b"a" * 9_000, b"X: " + b"a" * 40_000, b"X: y\r\n" * 65 + b"X: y",
    b"X" * 9_000 + b": y", b"no colon", b": no name", b"X : y", b" X: y", b"X: y\r\n folded",
    b"X\x00: y", b"X: y\x00z", b"X: \xff\xfe", b"X\xff: y", b"X: y\rZ: w", b"X: y\nZ: w",
    b"X_Forwarded_For: 1", b"X: \x7f\x01", b"Host: b", b"Host: a\r\nHost: b\r\nHost: c",
    b"Expect: 100-continue", b"Expect: nonsense",
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\nConnection: Upgrade, HTTP2-Settings",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x",
    b"Connection: host, cookie", b"Connection: keep-alive, close", b"Content-Type: \xff",
    b"Range: bytes=0-0," * 400 + b"1-1", b"Accept-Encoding: " + b"gzip," * 1_500,
    b"X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http", b"X-HTTP-Method-Override: DELETE",
    b"Content-Encoding: gzip", b"TE: trailers, x", b"Trailer: Host",
    b"Secure: on\r\nX-Forwarded-Ssl: on\r\nX-Forwarded-Protocol: ssl\r\nX-Forwarded-Proto: http",
]  # fmt: skip
_PROTOCOLS = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    b"\x00\x00\x00\x08\x04\xd2\x16/",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"EHLO evil.example\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b"\x05\x01\x00",
    b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\n\r\n\x00\r\nQUIT\n",
    b"\r\n" * 200,
    b"\n" * 200,
    b"\x80\x9e\x01\x03\x01",
    b"<policy-file-request/>\0",
]
_NEXT = b"GET /admin/ HTTP/1.1\r\nHost: b\r\n\r\n"


def coding(dice: Dice) -> Attack:
    """Frame a body by a transfer coding that no two readers agree on."""
    head = dice.one(_POSTS) + b" HTTP/1.1\r\n" + _HOST + dice.one(_CODINGS) + b"\r\n\r\n"
    body = dice.one(_CHUNKS)
    if dice.often(0.2):
        body = dice.bend(body)
    return Attack("transfer coding", head + body + (_NEXT if dice.often(0.2) else b""), whole=False)


def length(dice: Dice) -> Attack:
    """Frame a body by a length that is none."""
    head = dice.one(_POSTS) + b" HTTP/1.1\r\n" + _HOST + b"Content-Length: " + dice.one(_LENGTHS)
    return Attack("length", head + b"\r\n\r\n{}" + (_NEXT if dice.often(0.2) else b""), whole=False)


def line(dice: Dice) -> Attack:
    """Begin with a line that is no request's."""
    first = dice.one(_LINES)
    if dice.often(0.3):
        first = dice.bend(first)
    end = dice.one([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"])
    data = first + end + b"Host: a" + end + b"Connection: close" + end + end
    return Attack("request line", data, whole=False)


def head(dice: Dice) -> Attack:
    """Send headers that are too many, too long, or none."""
    lines = b"\r\n".join(dice.one(_HEADERS) for _ in range(dice.randrange(1, 4)))
    if dice.often(0.2):
        lines = dice.bend(lines)
    method = dice.one(
        [b"GET / ", b"GET /healthz ", b"OPTIONS /api/v1/products ", b"POST /checkout "]
    )
    data = method + b"HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + lines + b"\r\n\r\n"
    return Attack("headers", data, whole=False)


def protocol(dice: Dice) -> Attack:
    """Speak something else than HTTP."""
    return Attack("other protocol", dice.one([*_PROTOCOLS, dice.noise(3_000)]), whole=False)


def pipeline(dice: Dice) -> Attack:
    """Send several requests at once; what is behind a refused one must not be answered as asked."""
    one = request(
        "POST", "/checkout", headers={"Connection": "keep-alive"}, body=b"price=" + dice.noise(9)
    )
    data = b"".join(
        dice.one([one, _NEXT, b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"]) for _ in range(5)
    )
    return Attack("pipeline", data + request("GET", "/healthz"))
