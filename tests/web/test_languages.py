"""Pages in the buyer's language: every word translated, every number as its reader writes it."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from checkout_service.domain.money import THREE_DECIMAL, WHOLE_UNITS_ONLY, ZERO_DECIMAL
from checkout_service.web.pages.languages import LANGUAGES, page_locale
from checkout_service.web.pages.rendering import interval, moment, money
from tests.support.stage import Stage, calling
from tests.web import standings as reach
from tests.web.asserts import page, problem
from tests.web.conftest import MakeApp

STYLES = [Path("checkout_service/static") / name for name in ("style.css", "admin.css")]
THANKS = {
    "en": "Paid. Thank you!",
    "de": "Bezahlt. Vielen Dank!",
    "es": "Pagado. ¡Gracias!",
    "fr": "Payé. Merci\u202f!",
    "it": "Pagato. Grazie!",
    "nl": "Betaald. Bedankt!",
    "pt": "Pago. Obrigado!",
    "pl": "Opłacone. Dziękujemy!",
    "ja": "お支払いが完了しました",
    "ar": "تم الدفع. شكرًا لك!",
}


def asking(accept: str) -> dict[str, str]:
    return {"Accept-Language": accept}


def test_a_page_speaks_the_language_asked_for_and_says_so(client: FlaskClient, shop: Stage) -> None:
    path = f"/checkout/success?session_id={reach.paid(shop).session}"

    for language in LANGUAGES:
        response = client.get(path, headers=asking(language))
        text = page(response)
        assert THANKS[language] in text
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in text
        assert f"<title>{THANKS[language]} ·" in text
        assert response.headers["Content-Language"] == language
        assert "Accept-Language" in response.headers["Vary"]


ACCEPTED = [
    ("de-CH, fr;q=0.9", "de"),
    ("fr-CA, en;q=0.8", "fr"),
    ("ko, zh-TW;q=0.9, es-419;q=0.5, en;q=0.4", "es"),
    ("en;q=0.5, DE;q=0.7", "de"),
    ("de;q=0, fr;q=0.1", "fr"),
    ("de-Latn-AT-1996", "de"),
    ("fr_FR", "fr"),
    ("pt-PT, en;q=0.8", "pt"),
    ("pt-BR, pt;q=0.9", "pt"),
    ("ar-EG, ar;q=0.9", "ar"),
    ("ko, *;q=0.5", "en"),
    ("den, frr, est", "en"),
    ("", "en"),
]


def test_the_best_language_of_a_browser_wins(client: FlaskClient) -> None:
    for accept, language in ACCEPTED:
        response = client.get("/", headers=asking(accept))
        assert response.headers["Content-Language"] == language, accept


HOSTILE = [
    "de;q=nan",
    "de;q=inf, fr;q=-1",
    "de;q=1e999",
    "de;q=" + "9" * 4000,
    ";;;,,,===",
    ",".join(["xx-YY"] * 1300),
    "de-" * 2600,
    "a" * 8000,
    "../../../../etc/passwd, de_../..",
    'de";q="0.5',
    "de\u00e9\u00ff",
    "%s%n{0}",
    "\x7f\t de",
]


def test_a_header_that_makes_no_sense_still_gets_a_page(client: FlaskClient) -> None:
    for accept in HOSTILE:
        response = client.get("/", headers=asking(accept))
        page(response)
        assert response.headers["Content-Language"] in LANGUAGES


def test_errors_are_told_in_the_readers_language(client: FlaskClient, shop: Stage) -> None:
    german = asking("de")

    unknown = page(client.get("/orders/ord_unknown", headers=german), 404)
    method = page(client.get("/checkout", headers=german), 405)
    choice = page(client.post("/checkout", data={"price": "none"}, headers=german), 422)
    amount = {"price": "poster-usd", "quantity": "0"}
    number = page(client.post("/checkout", data=amount, headers=german), 422)
    shop.cuts(calling("POST", "/v1/checkout/sessions"), times=None)
    stripe = page(client.post("/checkout", data={"price": "poster-usd"}, headers=german), 503)

    assert "Das können wir nicht finden" in unknown
    assert "Das ist hier nicht möglich" in method
    assert "Das ist derzeit nicht erhältlich." in choice
    assert "Bitte wählen Sie eine Menge von 1 bis" in number
    assert "Die Zahlungsseite hat sich nicht geöffnet" in stripe
    for text in (unknown, method, choice, number, stripe):
        assert 'lang="de"' in text
        assert "Referenz:" in text


def test_a_wait_is_counted_as_the_language_counts(make_app: MakeApp) -> None:
    for limit, least, most, unit in (
        ("minute", 2, 60, "segundos"),
        ("day", 120, 86_400, "minutos"),
    ):
        client = make_app(poll_rate_limit=f"1 per {limit}").test_client()
        for _ in range(2):
            response = client.get("/orders/ord_unknown", headers=asking("es"))

        wait = int(response.headers["Retry-After"])
        assert wait <= most
        if wait >= least:  # a window's last seconds are told in seconds
            count = wait if unit == "segundos" else math.ceil(wait / 60)
            assert f"Inténtelo de nuevo en {count} {unit}." in page(response, 429)


def test_programs_are_answered_in_english_whatever_they_ask(client: FlaskClient) -> None:
    response = client.get("/api/v1/checkout-sessions/cs_test_a", headers=asking("de"))

    assert problem(response, 404, "not_found")["detail"] == "There is nothing here by that id."
    assert "Content-Language" not in response.headers
    assert "Accept-Language" not in response.headers.get("Vary", "")


def test_the_admin_is_english_to_the_last_amount(app: Flask) -> None:
    with app.test_request_context("/admin/", headers=asking("de")):
        assert (page_locale().language, money(2500, "usd")) == ("en", "$25.00")


AMOUNTS = [
    ("de", 123456, "eur", "1.234,56\xa0€"),
    ("de-AT", 123456, "eur", "€\xa01.234,56"),
    ("de-CH", 123456, "chf", "CHF\xa01'234.56"),
    ("fr", 123456, "eur", "1\u202f234,56\xa0€"),
    ("fr-CA", 2500, "cad", "25,00\xa0$"),
    ("es", 2500, "usd", "25,00\xa0US$"),
    ("es-MX", 123450, "mxn", "$1,234.50"),
    ("en-GB", 2500, "gbp", "£25.00"),
    ("de", 1800, "jpy", "1.800\xa0¥"),
    ("fr", 12345, "kwd", "12,345\xa0KWD"),
    ("es", 500, "mga", "500\xa0MGA"),
    ("de", 100000, "isk", "1.000\xa0ISK"),
    ("fr", 100050, "huf", "1\u202f000,50\xa0HUF"),
    ("de", -500, "eur", "-5,00\xa0€"),
    ("de-QQ", 500, "eur", "5,00\xa0€"),
    ("it", 123456, "eur", "1.234,56\xa0€"),
    ("nl", 123456, "eur", "€\xa01.234,56"),
    ("nl", -500, "eur", "€\xa0-5,00"),
    ("pt-BR", 123456, "brl", "R$\xa01.234,56"),
    ("pt-PT", 1234567, "eur", "12\xa0345,67\xa0€"),
    ("pl", 1234567, "pln", "12\xa0345,67\xa0zł"),
    ("ja", 1800, "jpy", "￥1,800"),
    ("ar", 123456, "usd", "\u200f1,234.56\xa0\u2068US$\u2069"),
    ("ar-EG", -500, "eur", "\u200f\u200e-5.00\xa0\u2068€\u2069"),
]


def test_an_amount_is_written_as_its_reader_writes_it(app: Flask) -> None:
    for accept, minor, currency, shown in AMOUNTS:
        with app.test_request_context(headers=asking(accept)):
            assert money(minor, currency) == shown, accept


def test_no_language_changes_stripes_decimals(app: Flask) -> None:
    for language in LANGUAGES:
        with app.test_request_context(headers=asking(language)):
            for currency in ZERO_DECIMAL:
                assert re.sub(r"\D", "", money(1230, currency)) == "1230"
            for currency in THREE_DECIMAL:
                assert re.search(r"(?<!\d)1[.,]230(?!\d)", money(1230, currency))
            for currency in WHOLE_UNITS_ONLY:
                assert re.sub(r"\D", "", money(1200, currency)) == "12"


TIMES = [
    ("en", "21 September 2026, 14:13 UTC"),
    ("de", "21. September 2026, 14:13 UTC"),
    ("es", "21 de septiembre de 2026, 14:13 UTC"),
    ("fr", "21 septembre 2026, 14:13 UTC"),
    ("it", "21 settembre 2026, 14:13 UTC"),
    ("nl", "21 september 2026, 14:13 UTC"),
    ("pt", "21 de setembro de 2026 14:13 UTC"),
    ("pl", "21 września 2026, 14:13 UTC"),
    ("ja", "2026年9月21日 14:13 UTC"),
    ("ar", "21 سبتمبر 2026، 14:13 UTC"),
]


def test_a_time_is_written_as_its_reader_writes_it(app: Flask) -> None:
    for accept, shown in TIMES:
        with app.test_request_context(headers=asking(accept)):
            assert moment(1_790_000_000_000) == shown


def test_a_subscription_says_how_often_in_every_language(app: Flask) -> None:
    def said(accept: str, unit: str, count: int) -> str:
        with app.test_request_context(headers=asking(accept)):
            return interval({"interval": unit, "interval_count": count})

    assert said("de", "month", 1) == " pro Monat"
    assert said("de", "year", 2) == " alle 2 Jahre"
    assert said("fr", "week", 2) == " toutes les 2 semaines"
    assert said("es", "day", 30) == " cada 30 días"
    assert said("pl", "week", 1) == " tygodniowo"
    assert said("pl", "week", 3) == " co 3 tygodnie"
    assert said("pl", "week", 12) == " co 12 tygodni"
    assert said("ja", "month", 1) == " 1か月ごと"
    assert said("ar", "month", 1) == " شهريًا"
    assert said("ar", "month", 2) == " كل شهرين"
    assert said("ar", "month", 6) == " كل 6 أشهر"
    assert said("ar", "day", 14) == " كل 14 يومًا"


def test_the_buyer_goes_on_to_stripe_in_the_language_of_the_page(
    client: FlaskClient, shop: Stage
) -> None:
    told = {
        "fr": "fr",
        "fr-CA": "fr-CA",
        "de-CH": "de",
        "pt-BR": "pt-BR",
        "pt-PT": "pt",
        "ar": None,  # Stripe's page does not speak it: the browser's other languages decide there
        "ko": None,
        "": None,
    }
    for accept in told:
        client.post("/checkout", data={"price": "poster-usd"}, headers=asking(accept))

    asked = shop.writes("/v1/checkout/sessions")
    assert [call.params.get("locale") for call in asked] == list(told.values())


def test_the_payment_element_speaks_the_language_of_the_page(client: FlaskClient) -> None:
    for accept, spoken in {"pt-BR": "pt-BR", "ar-EG": "ar", "ko": "en"}.items():
        text = page(client.get("/pay?price=poster-usd", headers=asking(accept)))
        assert f'data-locale="{spoken}"' in text


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_stylesheet_knows_no_left_and_right(style: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)

    assert not re.findall(r"[^-\w](?:[\w-]+-)?(?:left|right)\b[^;{}]*", rules)
