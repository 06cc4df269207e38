"""A session's page looks as it was asked to: name, logo, colour, texts with their links."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from playwright.sync_api import Page, expect

from stripe_sandbox.brand import shown
from tests.sandbox.build import a_session
from tests.sandbox.test_pages import is_accessible

PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="  # one dot


def test_a_page_shows_the_shops_face(page: Page, client: stripe.StripeClient) -> None:
    session = a_session(
        client,
        branding_settings={
            "display_name": "Paper & Clay",
            "button_color": "#ffd400",
            "logo": {"type": "url", "url": PICTURE},
        },
        custom_text={
            "after_submit": {"message": "[AGB](https://paper.example/agb) · <b>Widerruf</b>"},
            "terms_of_service_acceptance": {"message": "[I agree](https://paper.example/agb)"},
        },
        consent_collection={"terms_of_service": "required"},
    )

    page.goto(session.url or "")

    expect(page.locator("#brand")).to_contain_text("Paper & Clay")
    expect(page.locator("#brand img")).to_have_attribute("src", PICTURE)
    expect(page.locator("#submit")).to_have_css("background-color", "rgb(255, 212, 0)")
    expect(page.locator("#submit")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("#after-submit a")).to_have_attribute("href", "https://paper.example/agb")
    expect(page.locator("#after-submit")).to_contain_text("<b>Widerruf</b>")
    expect(page.get_by_role("link", name="I agree")).to_be_visible()
    is_accessible(page)


@pytest.mark.parametrize("color", ["red", "#12345", "#123456;display:none"])
def test_what_is_no_colour_is_not_shown(color: str) -> None:
    session: Any = {"branding_settings": {"button_color": color}, "custom_text": None}

    assert shown(session)["button"] is None


def test_a_link_that_is_none_stays_a_text() -> None:
    session: Any = {
        "branding_settings": None,
        "custom_text": {"submit": {"message": "[x](javascript:alert(1)) [y](https://y.example)"}},
    }

    text = str(shown(session)["texts"]["submit"])

    assert text.startswith("[x](javascript:alert(1)) <a href=")
