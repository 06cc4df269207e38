"""What the shop of these tests sells."""

from __future__ import annotations

CATALOG = """
[[products]]
id = "poster"
name = "Poster"
description = "A2, matte"
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
max_quantity = 20

[[products]]
id = "cloth"
name = "Furoshiki"
description = "Indigo"
[[products.prices]]
id = "cloth-jpy"
currency = "jpy"
unit_amount = 1800
max_quantity = 10

[[products]]
id = "almanac"
name = "Almanac"
[[products.prices]]
id = "almanac-month"
currency = "eur"
unit_amount = 900
max_quantity = 1
recurring = { interval = "month" }
[[products.prices]]
id = "almanac-year"
currency = "eur"
unit_amount = 9000
max_quantity = 1
recurring = { interval = "year" }

[[payment_links]]  # two posters: whoever opens it twice can pay twice
id = "pair"
url = "{stripe}/b/test_pair"
stripe_payment_link = "plink_pair"
price = "poster-usd"
quantity = 2
"""
