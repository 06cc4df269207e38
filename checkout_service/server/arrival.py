"""Whether a request that arrives in pieces is all there; nothing is judged but its end.

Gunicorn's own parser judges what it says. Whatever looks odd here is called whole, so that the
parser sees it at once and refuses it.
"""

from __future__ import annotations

import re

MOST_HEAD = 32 * 1024
MOST_BODY = 1024 * 1024 + 1  # of the longest body any door takes, one byte more
_MOST_LINE = 8 * 1024  # of a chunk's size, or of all trailers
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
_CODING = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class Arrival:
    """The bytes of one request so far."""

    __slots__ = ("_chunk_at", "_end", "body_at", "data", "is_whole")

    def __init__(self) -> None:
        self.data = bytearray()
        self.is_whole = False
        self.body_at = 0  # where the body begins; 0 while the head is incomplete
        self._end: int | None = None  # where it ends, once that is known
        self._chunk_at = 0

    def add(self, data: bytes) -> None:
        """Take the next piece."""
        searched = max(0, len(self.data) - 3)
        self.data += data
        if not self.body_at:
            found = self.data.find(b"\r\n\r\n", searched)
            if found < 0:
                self.is_whole = self._is_no_head(searched)
                return
            self.body_at = found + 4
            self._find_end()
        if self._end is None:
            self._walk_chunks()
        self.is_whole = self._end is not None and len(self.data) >= self._end

    @property
    def is_too_long(self) -> bool:
        """True if more is here than any door takes."""
        if not self.body_at:
            return len(self.data) > MOST_HEAD
        return len(self.data) - self.body_at > MOST_BODY

    @property
    def promises_too_much(self) -> bool:
        """True if more will come than any door takes."""
        return self._end is not None and self._end - self.body_at > MOST_BODY

    @property
    def waits_to_be_asked(self) -> bool:
        """True if the sender wants to hear that the head is welcome before it sends the body."""
        return bool(_EXPECT.search(self.data, 0, self.body_at))

    @property
    def head(self) -> bytes:
        return bytes(self.data[: self.body_at])

    def _is_no_head(self, searched: int) -> bool:
        # A bare LF never ends a head: the parser refuses it, whatever else comes.
        return self.data.count(b"\n", searched) != self.data.count(b"\r\n", max(0, searched - 1))

    def _find_end(self) -> None:
        head = self.data[: self.body_at]
        lengths = _LENGTH.findall(head)
        if _CODING.search(head):
            if lengths:
                self._end = self.body_at  # two ends at once: refused by the parser
            self._chunk_at = self.body_at
        else:
            self._end = self.body_at + (int(lengths[0]) if len(lengths) == 1 else 0)

    def _walk_chunks(self) -> None:
        """Step from chunk to chunk as far as they are here, and over the trailers."""
        while True:
            line_end = self.data.find(b"\r\n", self._chunk_at)
            if line_end < 0:
                # A bare LF ends no line: the parser refuses it, whatever else comes.
                bare = self.data.find(b"\n", self._chunk_at) >= 0
                if bare or len(self.data) - self._chunk_at > _MOST_LINE:
                    self._end = len(self.data)
                return
            size = _size(bytes(self.data[self._chunk_at : line_end]))
            if size is None:
                self._end = len(self.data)
                return
            if size == 0:
                self._end = self._end_of_trailers(line_end)
                return
            next_at = line_end + 2 + size + 2
            if size > MOST_BODY:
                self._end = next_at
            if len(self.data) < next_at:
                return
            if self.data[next_at - 2 : next_at] != b"\r\n":
                self._end = len(self.data)
                return
            self._chunk_at = next_at

    def _end_of_trailers(self, line_end: int) -> int | None:
        if self.data[line_end + 2 : line_end + 4] == b"\r\n":
            return line_end + 4
        found = self.data.find(b"\r\n\r\n", line_end)
        if found < 0:
            rest = len(self.data) - line_end
            odd = self.data.count(b"\n", line_end) != self.data.count(b"\r\n", line_end)
            return len(self.data) if odd or rest > _MOST_LINE else None
        return found + 4


def _size(line: bytes) -> int | None:
    digits = line.split(b";", 1)[0].rstrip(b" \t")
    if not re.fullmatch(rb"[0-9a-fA-F]{1,15}", digits):
        return None
    return int(digits, 16)
