"""What a buyer's page costs a telephone: under 60 kB with all it loads, and soon to be seen."""

from __future__ import annotations

import gzip
import re

from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from tests.support.stage import Stage
from tests.web import standings as reach
from tests.web.asserts import page

MOST = 60_000
ZIPPED = {"Accept-Encoding": "br, gzip;q=0.8"}
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
# What a style sheet would load in its turn, one round trip later.
LOADED = re.compile(r"""@import|url\(["']?(?!["']?data:)""")


def pages(client: FlaskClient, shop: Stage) -> dict[str, str]:
    """Load the pages that a buyer meets, in the language that takes most bytes."""
    paid, waiting = reach.paid(shop), reach.pending(shop)
    client.post("/cart", data={"price": "poster-usd", "quantity": "2"})
    paths = {
        "storefront": "/",
        "product": "/buy/poster-usd",
        "cart": "/cart",
        "paid": f"/checkout/success?session_id={paid.session}",
        "waiting": f"/orders/{waiting.order}",
        "left": f"/checkout/cancel?order={waiting.order}",
        "form": "/pay?price=poster-usd",
        "elements": "/pay?price=poster-usd&ui=elements",
        "nothing": "/orders/ord_unknown",
    }
    arabic = {"Accept-Language": "ar"}
    return {
        name: page(client.get(path, headers=arabic), 404 if name == "nothing" else 200)
        for name, path in paths.items()
    }


def test_every_page_is_light_with_all_that_it_loads(client: FlaskClient, shop: Stage) -> None:
    sent: dict[str, int] = {}
    for name, text in pages(client, shop).items():
        files = set(STATIC.findall(text))
        for file in files - sent.keys():
            with client.get(file, headers=ZIPPED) as response:
                sent[file] = len(response.data)
        assert len(files) >= 3, name
        assert len(text.encode()) + sum(sent[file] for file in files) < MOST, name


def test_a_page_is_painted_one_round_trip_after_it_came_and_waits_for_no_script(
    client: FlaskClient, shop: Stage
) -> None:
    for name, text in pages(client, shop).items():
        for script in re.findall(r"<script[^>]*>", text):
            assert " defer" in script, name
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
        assert sheets, name
        for sheet in sheets:
            with client.get(sheet) as response:
                assert not LOADED.search(response.get_data(as_text=True)), f"{name}: {sheet}"


def fetch(client: FlaskClient, method: str = "GET", **headers: str) -> Response:
    with client.open("/static/style.css", method=method, headers=ZIPPED | headers) as response:
        response.get_data()
    return response


def test_a_file_is_the_same_packed_or_not(client: FlaskClient) -> None:
    plain = fetch(client, **{"Accept-Encoding": "identity"})
    for _ in range(2):
        packed = fetch(client)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.content_length == len(packed.data) < len(plain.data) / 2

    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_who_refuses_gzip_or_asks_for_a_part_gets_plain_bytes(client: FlaskClient) -> None:
    whole = fetch(client, **{"Accept-Encoding": "gzip;q=0, br"})
    part = fetch(client, Range="bytes=0-9")
    known = fetch(client, **{"If-None-Match": whole.headers["ETag"]})

    assert "Content-Encoding" not in whole.headers
    assert (part.status_code, part.data) == (206, whole.data[:10])
    assert (known.status_code, known.data) == (304, b"")


def test_head_tells_what_get_would(client: FlaskClient) -> None:
    for asked in (ZIPPED, {"Accept-Encoding": "identity"}):
        head, got = (fetch(client, method, **asked) for method in ("HEAD", "GET"))
        assert head.data == b""
        told = ("Content-Length", "Content-Encoding", "Content-Type", "ETag", "Vary")
        assert [head.headers.get(n) for n in told] == [got.headers.get(n) for n in told]


def test_a_page_is_never_packed(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/", headers=ZIPPED).headers
