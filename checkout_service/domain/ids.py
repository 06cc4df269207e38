"""Our own ids and the shapes of Stripe's. A random part carries at least 128 bits."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

_ALPHABET = string.ascii_letters + string.digits
_RANDOM_LENGTH = 24
# 256 is no multiple of 62, so that eight letters come up five times, not four: still 136 bits.
_LETTER_OF_BYTE = bytes(ord(_ALPHABET[byte % len(_ALPHABET)]) for byte in range(256))

# Without I, L, O and U, as Crockford's Base32: what is read aloud is typed right.
_NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_LENGTH = 7
_ALIKE = str.maketrans("OIL", "011")

_ORDER = re.compile(r"ord_[A-Za-z0-9]{24}", re.ASCII)
_SESSION = re.compile(r"cs_(?:test|live)_[A-Za-z0-9]{1,200}", re.ASCII)
_INTENT = re.compile(r"pi_[A-Za-z0-9]{1,200}", re.ASCII)
_REFERENCE = re.compile(r"ref_[A-Za-z0-9]{24}", re.ASCII)


class _Drawn(threading.local):
    """Random bytes of the system for many ids at once: a draw is a call that a thread waits for."""

    _AT_ONCE = 4096
    _left = b""

    def take(self, count: int) -> bytes:
        if len(self._left) < count:
            self._left = secrets.token_bytes(self._AT_ONCE)
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def forget(self) -> None:
        self._left = b""


_drawn = _Drawn()
os.register_at_fork(after_in_child=_drawn.forget)  # else two processes would make the same ids
_random_bytes: Callable[[int], bytes] = _drawn.take


@contextmanager
def drawn_from(random_bytes: Callable[[int], bytes]) -> Iterator[None]:
    """Draw ids from another source meanwhile, so that a story told again has the same ids."""
    global _random_bytes  # noqa: PLW0603 - ids are made everywhere and handed a source nowhere
    before, _random_bytes = _random_bytes, random_bytes
    try:
        yield
    finally:
        _random_bytes = before


def new_id(prefix: str) -> str:
    """Make an unguessable id such as `ord_...`."""
    letters = _random_bytes(_RANDOM_LENGTH).translate(_LETTER_OF_BYTE)
    return f"{prefix}_{letters.decode()}"


def is_order_id(text: str) -> bool:
    return _ORDER.fullmatch(text) is not None


def is_session_id(text: str) -> bool:
    """Guard the SDK: it would quote `..` or an empty id into another URL."""
    return _SESSION.fullmatch(text) is not None


def is_intent_id(text: str) -> bool:
    return _INTENT.fullmatch(text) is not None


def is_reference(text: str) -> bool:
    return _REFERENCE.fullmatch(text) is not None


@lru_cache(maxsize=4_096)  # whoever asks for an order asks again
def number_of(order_id: str) -> str:
    """Derive the short number people call an order by, such as `A7K-3F9Q`.

    It cannot be turned back into the id. Two of a hundred thousand orders may share one: a person
    is shown both.
    """
    drawn = int.from_bytes(hashlib.sha256(f"number|{order_id}".encode()).digest()[:5]) >> 5
    letters = "".join(_NUMBER_ALPHABET[drawn >> shift & 31] for shift in range(30, -1, -5))
    return f"{letters[:3]}-{letters[3:]}"


def read_number(text: str) -> str | None:
    """Read an order's number as people type it; None if it is none."""
    letters = text.upper().replace("-", "").replace(" ", "").translate(_ALIKE)
    if len(letters) != _NUMBER_LENGTH or not set(letters) <= set(_NUMBER_ALPHABET):
        return None
    return f"{letters[:3]}-{letters[3:]}"


def id_from(prefix: str, nonce: str) -> str:
    """Derive an id from a form's nonce, so that a second press makes the same thing."""
    digest = hashlib.sha256(f"{prefix}|{nonce}".encode()).digest()[:_RANDOM_LENGTH]
    return f"{prefix}_{digest.translate(_LETTER_OF_BYTE).decode()}"


def message_id(order_id: str, kind: str, about: str) -> str:
    """Derive a notification's id from what it tells, so a second telling carries the same id."""
    return "msg_" + hashlib.sha256(f"{order_id}|{kind}|{about}".encode()).hexdigest()[:40]
