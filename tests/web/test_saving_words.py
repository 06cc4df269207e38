"""An order that saves a way to pay has words of its own: nothing is bought, nothing was paid."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from tests.support.album import owner
from tests.support.stage import Bought, Stage
from tests.web.asserts import page


def saves(shop: Stage) -> Bought:
    return shop.buys(items=[], mode="setup", currency="usd")


def seen(client: FlaskClient, path: str) -> str:
    """Read a page as a person does, without what every page says at its foot."""
    text = page(client.get(path))
    main = text[text.index("<main") : text.index("</main>")]
    assert "aid" not in re.sub(r"<[^>]+>", " ", main), path
    return main


def shows(shop: Stage, bought: Bought, status: str) -> None:
    """Have Stripe show the session with this status."""
    rule = {"path": f"/v1/checkout/sessions/{bought.session}", "fields": {"status": status}}
    shop.control("PUT", "faults", {"alter": [rule]})
    shop.advance(5)
    shop.returns(bought)


def test_what_is_not_saved_yet_is_not_said_to_be_unpaid(client: FlaskClient, shop: Stage) -> None:
    text = seen(client, f"/orders/{saves(shop).order}")

    assert "Not saved yet" in text
    assert "I did not finish</a>" in text


def test_who_left_may_go_on_or_start_over(app: Flask, shop: Stage) -> None:
    saving, client = saves(shop), app.test_client()
    (cookie,) = owner(app, "http://127.0.0.1", saving.order)
    client.set_cookie(cookie["name"], cookie["value"])

    text = seen(client, f"/checkout/cancel?order={saving.order}")

    assert "You left before it was done, and nothing was saved." in text
    assert f'href="{saving.url}">Go on</a>' in text
    again = client.post("/checkout", data={"order": saving.order})
    assert again.location.startswith(str(saving.url).partition("/c/")[0])


def test_what_came_to_nothing_is_said_in_its_own_words(client: FlaskClient, shop: Stage) -> None:
    expired, canceled = saves(shop), saves(shop)
    shop.control("POST", f"checkout/sessions/{expired.session}/expire")
    shop.delivers()
    shop.cancels(canceled)

    assert "This has expired" in seen(client, f"/orders/{expired.order}")
    assert "It was not finished in time. Nothing was saved" in seen(
        client, f"/orders/{expired.order}"
    )
    assert "The shop closed this before it was finished." in seen(
        client, f"/orders/{canceled.order}"
    )


def test_one_that_a_person_must_look_at_does_not_speak_of_a_payment(
    client: FlaskClient, shop: Stage
) -> None:
    held = saves(shop)
    shows(shop, held, "thawing")

    text = seen(client, f"/orders/{held.order}")

    assert "We are checking this" in text
    assert "payment" not in text
