"""Words without a place to break, and the largest amounts: nothing of it widens a page."""

from __future__ import annotations

import pytest

from checkout_service.domain.ids import new_id
from checkout_service.domain.order.care import Parcel
from tests.pages.album.conftest import Open
from tests.pages.album.test_shop_album import puts
from tests.support.album import Album, owner
from tests.support.paper_shop import PICTURES

WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
LONG = f"https://paper.example/{'path' * 30}"
CATALOG = f"""
[shop]
name = "{(WORD * 2)[:60]}"
url = "https://paper.example/"
support_email = "{WORD.replace("ä", "ae").replace("ü", "ue")}@{"sub" * 12}.example"
logo = "https://logo.example/paper.svg"
imprint_url = "https://paper.example/imprint"
[[products]]
id = "hat"
name = "{WORD * 4}"
description = "{LONG}"
category = "{WORD[:40]}"
images = ["{PICTURES}/hat.png"]
thank_you = "{LONG} {WORD * 2}"
[[products.prices]]
id = "hat-usd"
currency = "usd"
unit_amount = 90000000
[[products.prices]]
id = "hat-idr"
currency = "idr"
unit_amount = 99999900
recurring = {{ interval = "month", interval_count = 3 }}
[[products]]
id = "plain"
name = "{WORD * 2}"
category = "Other"
[[products.prices]]
id = "plain-usd"
currency = "usd"
unit_amount = 99
[checkout]
shipping_countries = ["DE"]
"""
HOME = {
    "name": WORD * 2,
    "address": {"line1": WORD * 2, "line2": WORD, "city": WORD, "postal_code": "10178",
                "country": "DE"},
}  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_long_words_widen_no_page(album: Album, open_shop: Open) -> None:
    with open_shop(CATALOG) as (stage, url, app):
        album.shows("long-shop", url)
        album.shows("long-buy", f"{url}/buy/hat-idr")
        choices = {"price": "hat-usd", "quantity": "1"}, {"price": "plain-usd", "quantity": "9"}
        album.shows("long-cart", f"{url}/cart", then=puts(url, *choices))
        bought = stage.buys("hat-usd")
        stage.pays(bought, shipping=HOME, email=f"{'b' * 60}@{'sub' * 12}.example")
        stage.delivers()
        parcel = Parcel("D" * 60, "0" * 80, LONG)
        with app.app_context():
            stage.use_cases.admin.ship_order.ship(
                bought.order, parcel, nonce=new_id("non"), by="ann", source="admin"
            )
        cookies = owner(app, url, bought.order)
        album.shows("long-order", f"{url}/orders/{bought.order}", cookies=cookies)
