"""A request is whole when gunicorn's parser would want no more of it, however it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout_service.server.arrival import MOST_BODY, MOST_HEAD, Arrival

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: a\r\ncontent-length:  4\r\n\r\nbody"
CHUNKED = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
WHOLE = [
    GET,
    b"\r\n" + GET,
    POST,
    CHUNKED + b"4\r\nbody\r\n0\r\n\r\n",
    CHUNKED + b"4;a=b\r\nbody\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\n\r\n",
    CHUNKED + b"0\r\n\r\n",
    CHUNKED + b"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
]
REFUSED_AS_SOON_AS_SEEN = [
    CHUNKED + b"zz\r\n",
    CHUNKED + b"2\n{}\n0\n\n",
    CHUNKED + b"-1\r\n",
    CHUNKED + b" 5\r\n",
    CHUNKED + b"0x5\r\n",
    CHUNKED + b"4\r\nbodyXX",
    CHUNKED + b"0\r\nno colon\n",
    CHUNKED + b"1" * 9_000,
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\n",
    CHUNKED.replace(b"Host: a", b"Content-Length: 4"),
]


@given(st.sampled_from(WHOLE), st.data())
def test_a_request_is_whole_with_its_last_byte(request_: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.sets(st.integers(1, len(request_) - 1)))
    arrival = Arrival()

    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(request_)], strict=True):
        assert not arrival.is_whole
        arrival.add(request_[start:end])

    assert arrival.is_whole
    assert not arrival.is_too_long


@pytest.mark.parametrize("data", REFUSED_AS_SOON_AS_SEEN)
def test_what_no_parser_takes_is_not_waited_for(data: bytes) -> None:
    arrival = Arrival()

    arrival.add(data)

    assert arrival.is_whole


def test_what_comes_behind_a_request_does_not_keep_it() -> None:
    arrival = Arrival()

    arrival.add(POST + GET[:9])

    assert arrival.is_whole
    assert arrival.head == POST[:-4]


@pytest.mark.parametrize(
    ("data", "too_long", "promised"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * MOST_HEAD, True, False),
        (POST.replace(b"  4", b"%d" % (MOST_BODY + 1)), False, True),
        (POST.replace(b"  4", b"%d" % MOST_BODY), False, False),
        (CHUNKED + b"%x\r\n" % (MOST_BODY + 1), False, True),
        (CHUNKED + b"%x\r\n" % MOST_BODY + b"a" * (MOST_BODY + 1), True, False),
    ],
)
def test_more_than_any_door_takes_is_seen(data: bytes, too_long: bool, promised: bool) -> None:
    arrival = Arrival()

    arrival.add(data)

    assert (arrival.is_too_long, arrival.promises_too_much) == (too_long, promised)
