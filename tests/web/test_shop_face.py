"""The merchant's own face on every page of the buyer, and what Stripe is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from checkout_service.domain.clock import to_datetime
from checkout_service.storage.ledger.read import load_ledger
from checkout_service.web.pages.rendering import moment
from tests.support.on_stage import app_on
from tests.support.paper_shop import CATALOG, PICTURES, PRODUCTS, SITE
from tests.support.stage import Stage
from tests.web.asserts import page


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(catalog=CATALOG) as opened:
        yield opened


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage, tmp_path).test_client()


def test_every_page_shows_who_sells_and_on_which_terms(client: FlaskClient, stage: Stage) -> None:
    order = stage.buys()

    for path, status in (
        ("/", 200),
        (f"/orders/{order.order}", 200),
        (f"/checkout/cancel?order={order.order}", 200),
        ("/pay?price=poster-usd", 200),
        ("/links/return", 200),
        ("/nowhere", 404),
    ):
        text = page(client.get(path), status)
        for words in ("Paper &amp; Clay", "logo.example/paper.svg", "help@paper.example"):
            assert words in text, path
        for leaf in ("imprint", "terms", "privacy", "returns"):
            assert f'href="{SITE}/{leaf}"' in text, path


def test_the_way_back_leads_to_the_merchants_own_site(client: FlaskClient) -> None:
    text = page(client.get("/links/return"))

    assert f'<a href="{SITE}/">Back to the shop</a>' in text


def test_pictures_are_allowed_from_exactly_where_they_are(client: FlaskClient) -> None:
    for path in ("/", "/pay?price=poster-usd"):
        policy = client.get(path).headers["Content-Security-Policy"]
        (images,) = re.findall(r"img-src ([^;]+)", policy)
        assert images.split() == ["'self'", "data:", PICTURES, "https://logo.example"]


def test_the_accent_is_a_style_sheet_that_may_be_kept_for_ever(client: FlaskClient) -> None:
    (address,) = re.findall(r'href="(/shop\.css\?v=\w+)"', page(client.get("/")))

    sheet = client.get(address)

    assert sheet.mimetype == "text/css"
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "--pico-primary: #7a1020;" in sheet.text
    assert "prefers-color-scheme: dark" in sheet.text


def test_a_shop_without_an_accent_has_no_sheet(tmp_path: Path) -> None:
    with Stage() as plain:
        client = app_on(plain, tmp_path).test_client()

        assert "shop.css" not in page(client.get("/"))
        page(client.get("/shop.css"), 404)


def test_the_storefront_shows_pictures_and_a_link_by_its_own_name(client: FlaskClient) -> None:
    text = page(client.get("/"))

    assert f'src="{PICTURES}/poster.png"' in text
    assert "Give a poster away" in text


@pytest.mark.parametrize(("url", "status"), [(f'url = "{SITE}/"', 303), ("", 404)])
def test_without_a_storefront_buyers_are_sent_to_the_shops_own_site(
    tmp_path: Path, url: str, status: int
) -> None:
    with Stage(catalog=f"[shop]\n{url}\nstorefront = false\n{PRODUCTS}") as stage:
        client = app_on(stage, tmp_path).test_client()
        front = client.get("/")
        kept = page(client.get(f"/orders/{stage.buys().order}"))

    assert front.status_code == status
    assert front.location == (f"{SITE}/" if url else None)
    assert ("Back to the shop" in kept) is bool(url)


def test_a_setting_goes_before_the_catalog(stage: Stage, tmp_path: Path) -> None:
    changes = {"shop_name": "Renamed", "support_email": "you@paper.example"}
    text = page(app_on(stage, tmp_path, **changes).test_client().get("/"))

    assert "Renamed" in text
    assert "Paper &amp; Clay" not in text
    assert "you@paper.example" in text


def test_stripe_is_told_what_its_page_may_show(stage: Stage) -> None:
    session = stage.side.world.store.get(str(stage.buys("poster-usd").session))
    assert session is not None

    lines = stage.side.call("GET", f"/v1/checkout/sessions/{session['id']}/line_items", {})["data"]
    product = stage.side.call("GET", f"/v1/products/{lines[0]['price']['product']}", {})

    assert product["images"] == [f"{PICTURES}/poster.png", f"{PICTURES}/poster-back.png"]
    assert (product["tax_code"], product["unit_label"]) == ("txcd_99999999", "sheet")


def test_a_link_may_take_off_what_the_catalog_allows(stage: Stage) -> None:
    order = stage.use_cases.start_link.start("donation", nonce="non_1").order

    with stage.parts.database.read() as connection:
        loaded = load_ledger(connection, order.id, lock=False)

    assert loaded is not None
    assert loaded.ledger.terms.adjustable == {"discount"}
    assert order.items[0].name == "Give a poster away"


def test_who_has_paid_is_thanked_by_the_product_and_sees_its_picture(
    client: FlaskClient, stage: Stage
) -> None:
    order, unpaid = stage.buys(), stage.buys()
    waiting = page(client.get(f"/orders/{unpaid.order}"))
    stage.pays(order)

    text = page(client.get(f"/checkout/success?session_id={order.session}"))

    assert "leaves on Monday" not in waiting
    assert "Your poster leaves on Monday." in text
    assert f'class="thumb" src="{PICTURES}/poster.png"' in text


def test_times_are_told_by_the_shops_clock(client: FlaskClient, stage: Stage) -> None:
    order = stage.buys().order
    created = to_datetime(stage.use_cases.read_orders.view(order).created_at)

    text = page(client.get(f"/orders/{order}", headers={"Accept-Language": "de"}))

    local = created.astimezone(ZoneInfo("Europe/Berlin"))
    assert re.search(rf"{local:%H:%M} (MEZ|MESZ)</time>", text)


def test_a_zone_without_a_name_is_told_by_its_distance(tmp_path: Path) -> None:
    for zone, shown in (
        ("Asia/Kolkata", "19:43 UTC+5:30"),
        ("Europe/Berlin", "16:13 UTC+2"),
        ("America/New_York", "10:13 EDT"),
        ("Etc/UTC", "14:13 UTC"),
    ):
        catalog = f'[shop]\ntime_zone = "{zone}"\n{PRODUCTS}'
        with Stage(catalog=catalog) as stage, app_on(stage, tmp_path).test_request_context():
            assert moment(1_790_000_000_000) == f"21 September 2026, {shown}"
