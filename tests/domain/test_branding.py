"""What Stripe's pages are told of the shop: all it says, unless something else is said there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from checkout_service.domain.addresses import is_public
from checkout_service.domain.catalog import Product, Shop
from checkout_service.domain.catalog.branding import MAX_TEXT, Branding, why_no_logo
from checkout_service.domain.catalog.colors import Accent
from checkout_service.domain.session.shapes import misfits, parameters

PAPER = Shop(
    name="Paper & Clay",
    logo="https://paper.example/logo.png",
    accent=Accent("#7a1020", "#f0a0b0"),
    imprint_url="https://paper.example/imprint",
    terms_url="https://paper.example/terms",
)


def said(text: str, locale: str | None) -> str:
    return f"{text}:{locale}" if locale else text


def over(session: Mapping[str, object] | None = None, *, shop: Shop = PAPER, **more: Any) -> Any:
    asked = {"ui_mode": "hosted_page", "locale": None} | more
    return Branding(shop, said).over(session or {}, **asked)


def test_all_that_the_shop_says_of_itself_is_handed_over() -> None:
    handed = over()

    assert handed["branding_settings"] == {
        "display_name": "Paper & Clay",
        "button_color": "#7a1020",
        "logo": {"type": "url", "url": "https://paper.example/logo.png"},
    }
    assert handed["custom_text"] == {
        "after_submit": {
            "message": "[Legal notice](https://paper.example/imprint)"
            " · [Terms](https://paper.example/terms)"
        }
    }
    assert all(not [*misfits(table, parameters()[name], name)] for name, table in handed.items())


def test_a_shop_that_says_nothing_of_itself_hands_nothing_over() -> None:
    assert over(shop=Shop()) == {}


def test_what_the_merchant_says_goes_first_part_by_part() -> None:
    own = {
        "branding_settings": {"button_color": "#000000", "border_style": "pill"},
        "custom_text": {"submit": {"message": "Thank you"}},
    }

    handed = over(own)

    assert handed["branding_settings"]["button_color"] == "#000000"
    assert handed["branding_settings"]["border_style"] == "pill"
    assert handed["branding_settings"]["display_name"] == "Paper & Clay"
    assert set(handed["custom_text"]) == {"submit", "after_submit"}


def test_an_icon_takes_the_logos_place() -> None:
    icon = {"type": "file", "file": "file_1"}

    handed = over({"branding_settings": {"icon": icon}})["branding_settings"]

    assert handed["icon"] == icon
    assert "logo" not in handed


def test_a_page_of_the_merchants_own_is_told_nothing() -> None:
    assert over(ui_mode="elements") == {}
    assert set(over(ui_mode="form")) == {"branding_settings", "custom_text"}


def test_a_shop_may_leave_the_looks_to_stripes_dashboard() -> None:
    own = {"submit_type": "donate"}

    assert over(own, shop=replace(PAPER, stripe_branding=False)) == own


def test_the_words_are_in_the_language_of_the_page() -> None:
    message = over(locale="de")["custom_text"]["after_submit"]["message"]

    assert message.startswith("[Legal notice:de](")


def test_whoever_must_agree_is_shown_to_what() -> None:
    required = {"consent_collection": {"terms_of_service": "required"}}

    texts = over(required)["custom_text"]

    assert texts["terms_of_service_acceptance"] == {
        "message": "[I agree to the terms](https://paper.example/terms)"
    }
    assert "terms_of_service_acceptance" not in over()["custom_text"]


def test_where_stripe_is_the_seller_its_terms_count() -> None:
    handed = over({"managed_payments": {"enabled": True}})

    assert "custom_text" not in handed
    assert handed["branding_settings"]["display_name"] == "Paper & Clay"


def test_a_text_is_never_longer_than_stripe_takes() -> None:
    long = f"https://paper.example/{'x' * (MAX_TEXT - 60)}"

    message = over(shop=replace(PAPER, imprint_url=long))["custom_text"]["after_submit"]["message"]

    assert len(message) <= MAX_TEXT
    assert message.startswith("[Legal notice]")
    assert message.endswith("x)")


def test_a_bracket_does_not_end_an_address() -> None:
    shop = Shop(terms_url="https://paper.example/terms(2)")

    message = over(shop=shop)["custom_text"]["after_submit"]["message"]

    assert message == "[Terms](https://paper.example/terms%282%29)"


@pytest.mark.parametrize(
    ("logo", "why"),
    [
        ("http://localhost:8000/logo.png", "cannot fetch"),
        ("https://localhost/logo.png", "cannot fetch"),
        ("https://127.0.0.1/logo.png", "cannot fetch"),
        ("https://[::1]/logo.png", "cannot fetch"),
        ("https://10.0.0.7/logo.png", "cannot fetch"),
        ("https://shop.local/logo.png", "cannot fetch"),
        ("https://intranet/logo.png", "cannot fetch"),
        ("https://paper.example/logo.svg", "GIF, JPEG or PNG"),
        ("https://paper.example/logo", "GIF, JPEG or PNG"),
    ],
)
def test_a_logo_that_stripe_cannot_show_is_left_out(logo: str, why: str) -> None:
    assert "logo" not in over(shop=replace(PAPER, logo=logo))["branding_settings"]
    assert why in str(why_no_logo(logo))


@pytest.mark.parametrize(
    "logo", ["https://paper.example/a/LOGO.PNG?v=2", "https://203.0.114.9/l.jpg"]
)
def test_other_logos_are_shown(logo: str) -> None:
    assert why_no_logo(logo) is None
    assert is_public(logo)


def test_a_picture_that_stripe_cannot_fetch_is_not_handed_over() -> None:
    seen, hidden = "https://cdn.example/print.svg", "http://127.0.0.1:8000/print.png"

    both = Product("print", "Print", "", (), images=(hidden, seen, "https://10.0.0.7/print.png"))
    neither = Product("print", "Print", "", (), images=(hidden,))

    assert both.for_stripe() == {"images": [seen]}
    assert both.image == hidden
    assert neither.for_stripe() == {}
