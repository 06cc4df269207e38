"""A shop with a face of its own: name, logo, colour, pictures, terms, a link with a name."""

from __future__ import annotations

PICTURES = "https://cdn.example"
SITE = "https://paper.example"

SHOP = f"""
[shop]
name = "Paper & Clay"
url = "{SITE}/"
support_email = "help@paper.example"
logo = "https://logo.example/paper.svg"
accent_color = "#7a1020"
imprint_url = "{SITE}/imprint"
terms_url = "{SITE}/terms"
privacy_url = "{SITE}/privacy"
refund_url = "{SITE}/returns"
time_zone = "Europe/Berlin"
"""
PRODUCTS = f"""
[[products]]
id = "poster"
name = "Poster"
description = "A2, matte"
images = ["{PICTURES}/poster.png", "{PICTURES}/poster-back.png"]
tax_code = "txcd_99999999"
unit_label = "sheet"
thank_you = "Your poster leaves on Monday."
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
max_quantity = 20

[[products]]
id = "mug"
name = "Mug"
[[products.prices]]
id = "mug-usd"
currency = "usd"
unit_amount = 1200
[[products.prices]]
id = "mug-eur"
currency = "eur"
unit_amount = 1450
max_quantity = 12

[[products]]
id = "almanac"
name = "Almanac"
[[products.prices]]
id = "almanac-linked"
stripe_price = "{{stripe_price}}"

[[payment_links]]
id = "donation"
name = "Give a poster away"
url = "{{stripe}}/b/test_donation"
stripe_payment_link = "plink_donation"
price = "poster-usd"
adjustable = ["discount"]
"""
CATALOG = SHOP + PRODUCTS
"""For a stage, which fills in where Stripe is and its price."""
