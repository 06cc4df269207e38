"""The form when something comes between: reloads, double clicks, lost answers."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Route, expect

from tests.support.browser import Complaints
from tests.support.running_shop import GOOD

from .conftest import Payer

REFUSED = "status of 402"
MUG = "price=mug-eur&quantity=1"


def test_a_reload_in_the_middle_pays_the_same_order(payer: Payer) -> None:
    payer.opens()
    order = payer.order
    payer.types_card(GOOD)
    payer.page.reload()
    payer.is_ready()
    assert payer.order == order
    payer.types_card(GOOD)
    payer.presses()

    payer.sees("paid")
    assert len(payer.intents(order)) == 1
    payer.fulfilled_once(order)


def test_a_reload_before_the_answer_is_the_same_order(payer: Payer) -> None:
    keys: list[str | None] = []
    page = payer.page

    def hold_the_first(route: Route) -> None:
        """Leave it without an answer: taking the route away would send it after all."""
        keys.append(_key_of(route))
        if len(keys) > 1:
            route.continue_()

    page.route("**/api/v1/payment-intents", hold_the_first)
    page.goto(f"{payer.url}/pay?price=poster-usd&quantity=1")
    expect(page.locator("#loading")).to_be_visible()
    page.wait_for_function("history.state !== null")
    with page.expect_request("**/api/v1/payment-intents") as asked:
        page.reload()
    payer.is_ready()
    order = payer.order
    payer.opens()

    assert payer.order != order
    assert keys[:2] == [asked.value.headers.get("idempotency-key")] * 2


def _key_of(route: Route) -> str | None:
    return route.request.headers.get("idempotency-key")


def test_a_button_pressed_twice_confirms_once(payer: Payer) -> None:
    payer.opens()
    payer.types_card(GOOD)
    confirms: list[str] = []
    payer.page.on(
        "request",
        lambda request: confirms.append(request.url) if "/confirm" in request.url else None,
    )
    payer.page.evaluate(
        "const button = document.getElementById('submit'); button.click(); button.click();"
        "document.getElementById('pay-form').requestSubmit();"
    )

    payer.sees("paid")
    assert len(confirms) == 1


def test_two_tabs_pay_once(payer: Payer, context: BrowserContext, complaints: Complaints) -> None:
    complaints.expected.append("status of 400")
    payer.opens()
    order = payer.order
    other = Payer(context.new_page(), payer.shop)
    other.opens(f"order={order}")
    other.types_card(GOOD)
    payer.types_card(GOOD)
    payer.presses()
    payer.sees("paid")

    other.presses()

    other.sees("paid")
    assert len(payer.intents(order)) == 1
    payer.fulfilled_once(order)


def test_a_lost_connection_is_told_and_the_button_pays_after_all(
    payer: Payer, complaints: Complaints
) -> None:
    complaints.expected.append("net::ERR")
    payer.opens()
    order = payer.order
    payer.types_card(GOOD)
    payer.page.route("**/confirm", lambda route: route.abort("internetdisconnected"))
    payer.presses()
    payer.is_told("you cannot be charged twice")

    payer.page.unroute("**/confirm")
    payer.presses()

    payer.sees("paid")
    payer.fulfilled_once(order)


def test_an_answer_lost_after_the_charge_does_not_charge_again(
    payer: Payer, complaints: Complaints
) -> None:
    complaints.expected += ["net::ERR", "status of 400"]
    payer.opens()
    order = payer.order
    payer.types_card(GOOD)

    def charge_and_lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort("connectionreset")  # type: ignore[attr-defined]

    payer.page.route("**/confirm", charge_and_lose)
    payer.presses()
    payer.is_told("you cannot be charged twice")
    payer.page.unroute("**/confirm")
    payer.presses()

    payer.sees("paid")
    payer.fulfilled_once(order)


def test_stripe_stumbling_at_the_start_is_waited_for(payer: Payer, complaints: Complaints) -> None:
    complaints.expected.append("status of 503")
    fault = {"method": "POST", "path": "/v1/payment_intents", "kind": "error_500"}
    payer.shop.faults(api=[fault | {"probability": 1.0}])
    payer.page.goto(f"{payer.url}/pay?price=poster-usd&quantity=1")
    expect(payer.page.locator("#loading")).to_contain_text("longer than usual")

    payer.shop.no_faults()

    payer.is_ready()
    assert len(payer.intents(payer.order)) == 1


def test_a_refusal_of_stripes_is_told_as_one_and_not_asked_for_again(
    payer: Payer, complaints: Complaints
) -> None:
    complaints.expected.append("status of 502")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=502, json={"code": "stripe_rejected"})

    payer.page.route("**/api/v1/payment-intents", refuse)
    payer.page.goto(f"{payer.url}/pay?price=poster-usd&quantity=1")

    expect(payer.page.locator("#fault")).to_contain_text("Stripe did not accept this order")
    assert len(asked) == 1
