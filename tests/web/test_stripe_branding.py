"""The shop's face on Stripe's page: asked for with every session, in the page's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checkout_service.domain.errors import StripeUnavailable
from tests.support.paper_shop import CATALOG, SITE
from tests.support.stage import Stage, calling

LOGO = f"{SITE}/logo.png"
SESSIONS = "/v1/checkout/sessions"
TEXT = "custom_text[after_submit][message]"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(catalog=CATALOG.replace("https://logo.example/paper.svg", LOGO)) as opened:
        yield opened


def asked(stage: Stage) -> list[dict[str, str]]:
    calls = [call for call in stage.wire.calls if (call.method, call.path) == ("POST", SESSIONS)]
    return [dict(call.params) for call in calls]


def test_stripes_page_has_name_colour_logo_and_links(stage: Stage) -> None:
    stage.buys(locale="de")

    (params,) = asked(stage)
    assert params["branding_settings[display_name]"] == "Paper & Clay"
    assert params["branding_settings[button_color]"] == "#7a1020"
    assert params["branding_settings[logo][url]"] == LOGO
    assert params[TEXT].startswith(f"[Impressum]({SITE}/imprint) · [AGB]({SITE}/terms) · ")


def test_the_language_of_the_page_one_comes_from_counts_too(stage: Stage) -> None:
    stage.buys(page_locale="pt-BR")

    assert "[Termos e condições](" in asked(stage)[0][TEXT]


@pytest.mark.parametrize("mode", ["embedded_page", "form"])
def test_a_part_of_stripes_on_another_page_has_it_too(stage: Stage, mode: str) -> None:
    stage.buys(ui_mode=mode)

    assert asked(stage)[0]["branding_settings[display_name]"] == "Paper & Clay"


def test_a_page_that_the_merchant_draws_is_asked_for_without(stage: Stage) -> None:
    stage.buys(ui_mode="elements")

    assert not [name for name in asked(stage)[0] if "branding" in name or "custom_text" in name]


def test_a_repeat_is_the_very_same_request_whatever_became_of_the_shop(stage: Stage) -> None:
    stage.cuts(calling("POST", SESSIONS, moment="after"), times=2)
    with pytest.raises(StripeUnavailable):
        stage.buys(nonce="non_once", locale="de")
    catalog = stage.settings.catalog_file
    catalog.write_text(catalog.read_text("utf-8").replace("Paper & Clay", "Clay & Paper"), "utf-8")
    stage.restart()

    stage.buys(nonce="non_once", locale="de")
    stage.buys()

    *same, other = asked(stage)
    assert len(same) > 1
    assert all(params == same[0] for params in same)
    assert other["branding_settings[display_name]"] == "Clay & Paper"
