"""One hostile request as bytes on the wire, and the dice that all of a drill is drawn from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attack:
    """Bytes to send; `whole` is false when the rest of the request never comes."""

    kind: str
    data: bytes
    whole: bool = True


class Dice(random.Random):
    """A seed's own choices, in the shapes that hostile input has."""

    def one(self, things: Sequence[T]) -> T:
        return self.choice(things)

    def often(self, share: float) -> bool:
        return self.random() < share

    def noise(self, most: int) -> bytes:
        return self.randbytes(self.randrange(1, most))

    def bend(self, data: bytes) -> bytes:
        """Damage bytes in one place: cut, doubled, swapped for others, or one bit turned."""
        if not data:
            return self.noise(8)
        at = self.randrange(len(data))
        end = min(len(data), at + self.randrange(1, 9))
        return self.one((
            data[:at] + data[end:],
            data[:end] + data[at:],
            data[:at] + self.noise(9) + data[end:],
            data[:at] + self.one(_ODD) + data[at:],
            data[:at] + bytes([data[at] ^ (1 << self.randrange(8))]) + data[at + 1 :],
            data[:at],
        ))  # fmt: skip


_ODD = (
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"%00", b"%ff", b"'", b'"', b"{",
    b"]", b"\r\n", b"\n", b"\t", b"<script>", b"${jndi:ldap://x}", b"{{7*7}}", b"../", b"NaN",
    b"9" * 400, b"-1", b"1e400", b"true", b"null", b"\xe2\x80\xae",
)  # fmt: skip


def request(
    method: str,
    path: str | bytes,
    *,
    headers: Mapping[str, str | bytes] | None = None,
    body: bytes | None = None,
) -> bytes:
    """Write a well-framed HTTP/1.1 request, whatever its parts hold."""
    lines = {"Host": "127.0.0.1", "Connection": "close"} | dict(headers or {})
    if body is not None:
        lines["Content-Length"] = str(len(body))
    target = path if isinstance(path, bytes) else path.encode("utf-8", "surrogatepass")
    head = method.encode() + b" " + target + b" HTTP/1.1\r\n"
    for name, value in lines.items():
        said = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        head += name.encode() + b": " + said + b"\r\n"
    return head + b"\r\n" + (body or b"")
