"""The checkout sequence, step by step, as a frontend and a buyer's browser speak it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.support.running_shop import POSTER, Shop
from tests.support.running_stack import http


def test_the_twelve_steps_end_in_one_fulfilled_order(shop: Shop) -> None:
    # 1-3: the frontend asks, the session is made at Stripe, its id and address come back
    asked = shop.create(POSTER)
    session = asked.json()
    assert asked.status_code == 201
    assert session["url"].startswith(f"{shop.sandbox.url}/c/pay/{session['id']}")
    assert (session["status"], session["payment_status"]) == ("open", "unpaid")
    assert (session["order"]["status"], session["order"]["amount_total"]) == ("pending", 5000)

    # 4: the browser goes to Stripe's page
    assert http().get(session["url"], timeout=60).status_code == 200

    # 5-6: the buyer pays; Stripe sends them back with the session's id
    paid = shop.sandbox.call("POST", f"checkout/sessions/{session['id']}/pay", {})
    back = urlsplit(paid["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    assert f"{back.scheme}://{back.netloc}" == shop.service.url
    assert parse_qs(back.query) == {"session_id": [session["id"]]}

    # 7-9: the return page confirms by that id alone, and says how it went
    assert shop.state(f"{back.path}?{back.query}") == "paid"
    confirmed = shop.confirm(session["id"])
    assert (confirmed["payment_status"], confirmed["final"]) == ("paid", True)

    # 10-11: the webhook says the same and is answered
    shop.flush()
    statuses = {
        row["status"]
        for row in shop.sandbox.call("GET", "deliveries")["data"]
        if row["type"] == "checkout.session.completed"
    }
    assert 200 in statuses <= {0, 200}  # 0: a busy machine let a try time out, and it was repeated

    # 12: the page stays what it was, and the merchant fulfils once
    shop.fulfils_once(session["id"])


def test_the_form_alone_leads_to_the_same_end(shop: Shop) -> None:
    answer = shop.press_buy(shop.token(), quantity=2)
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place.startswith(f"{shop.sandbox.url}/c/pay/cs_test_")
    session = urlsplit(place).path.rsplit("/", 1)[-1]

    assert shop.pays(session) == 200

    assert shop.success_page(session) == "paid"
    shop.fulfils_once(session)


def test_what_a_stranger_sees_names_nobody(shop: Shop) -> None:
    session = shop.open({**POSTER, "customer_email": "buyer@example.com"})
    shop.pays(session["id"])

    public = shop.request("GET", f"/api/v1/checkout-sessions/{session['id']}").text
    page = shop.request("GET", f"/checkout/success?session_id={session['id']}").text

    assert "buyer@example.com" not in public + page
    assert shop.detail(session["id"])["customer_email"] == "buyer@example.com"
