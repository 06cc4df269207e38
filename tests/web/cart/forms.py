"""What is put into carts, and the forms that a buyer sends."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

MUG = """
[[products]]
id = "mug"
name = "Mug <b>"
[[products.prices]]
id = "mug-usd"
currency = "usd"
unit_amount = 1450
max_quantity = 4
[[products.prices]]
id = "mug-eur"
currency = "eur"
unit_amount = 1400
max_quantity = 4
"""

BIG = """
[[products]]
id = "yacht"
name = "Yacht"
[[products.prices]]
id = "yacht-usd"
currency = "usd"
unit_amount = 99999999
max_quantity = 999999
"""


def put(client: FlaskClient, price: str, quantity: str = "1") -> TestResponse:
    return client.post("/cart", data={"price": price, "quantity": quantity})


def pay(client: FlaskClient, **form: str) -> TestResponse:
    return client.post("/cart/checkout", data=form)
