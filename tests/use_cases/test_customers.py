"""A customer that is kept by e-mail: only when it is asked for, and only for whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from checkout_service.domain.errors import StripeUnavailable
from checkout_service.domain.order.cart import CartItem
from tests.support.stage import Bought, Stage

EMAIL = "ada@example.com"
ASKED: dict[str, Any] = {"customer_email": EMAIL, "by_email": True}
SAVES = {"payment_intent_data": {"setup_future_usage": "off_session"}}
KINDS = pytest.mark.parametrize("kind", ["checkout_session", "payment_intent"])
MONTHLY = """
[[products]]
id = "club"
name = "Club"
[[products.prices]]
id = "monthly"
currency = "usd"
unit_amount = 900
recurring = { interval = "month" }
[[products.prices]]
id = "poster-usd"
currency = "usd"
unit_amount = 2500
"""


def asked(stage: Stage, path: str = "/v1/checkout/sessions") -> dict[str, str]:
    return dict([call.params for call in stage.writes() if call.path == path][-1])


def settled(stage: Stage, bought: Bought) -> str | None:
    """Have it paid and told; return the customer that the order names."""
    stage.pays(bought, **({"email": EMAIL} if bought.session else {}))
    stage.delivers()
    customer = stage.order(bought)["customer"]
    name: str | None = customer and customer["id"]
    return name


@KINDS
def test_the_next_order_of_an_address_is_the_same_customers(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    first = settled(stage, stage.buys(kind=kind, **ASKED))
    assert first is not None

    again = settled(stage, stage.buys(kind=kind, **ASKED))

    assert again == first
    assert [made["email"] for made in stage.stripe("GET", "/v1/customers")["data"]] == [EMAIL]


def test_stripe_is_given_the_address_or_the_customer_never_both(stage: Stage) -> None:
    first = settled(stage, stage.buys(**ASKED))
    params = asked(stage)
    assert (params["customer_email"], params["customer_creation"]) == (EMAIL, "always")

    bought = stage.buys(**ASKED)

    params = asked(stage)
    assert params["customer"] == first
    assert {"customer_email", "customer_creation"}.isdisjoint(params)
    assert stage.order(bought)["customer_email"] == EMAIL


def test_both_ways_to_pay_and_subscriptions_know_one_customer() -> None:
    with Stage(catalog=MONTHLY) as stage:
        member = settled(stage, stage.buys(items=[CartItem("monthly", 1)], **ASKED))
        assert "customer_creation" not in asked(stage)

        bare = settled(stage, stage.buys(kind="payment_intent", **ASKED))
        saved = stage.buys(items=[], mode="setup", currency="usd", **ASKED)

        assert member is not None
        assert bare == member
        assert asked(stage)["customer"] == member == settled(stage, saved)


@KINDS
def test_what_a_stranger_buys_under_an_address_is_never_found(stage: Stage, kind: str) -> None:
    """A stranger can name anybody: by a page that makes customers, or by typing the address."""
    stranger = stage.buys(kind=kind, customer_email=EMAIL)
    stage.pays(stranger, **({"email": EMAIL} if stranger.session else {}))
    own = {"customer_creation": "always"}
    theirs = settled(stage, stage.buys(customer_email=EMAIL, session=own))
    assert theirs is not None

    mine = settled(stage, stage.buys(kind=kind, **ASKED))

    assert mine not in (None, theirs)


def test_a_stranger_who_names_an_address_is_no_kept_customer(stage: Stage) -> None:
    kept = settled(stage, stage.buys(**ASKED))

    stranger = stage.buys(customer_email=EMAIL)

    assert {"customer", "customer_creation"}.isdisjoint(asked(stage))
    assert settled(stage, stranger) is None
    assert kept is not None


def test_another_address_is_another_customer(stage: Stage) -> None:
    first = settled(stage, stage.buys(**ASKED))

    other = settled(stage, stage.buys(**ASKED | {"customer_email": "bob@example.com"}))

    assert other not in (None, first)


def test_who_was_forgotten_is_a_new_customer(stage_on: Stage) -> None:
    stage = stage_on
    first = settled(stage, stage.buys(**ASKED))
    stage.use_cases.erase_person.of_email(EMAIL)

    again = settled(stage, stage.buys(**ASKED))

    assert again not in (None, first)


def test_days_of_retention_forget_the_customer_too() -> None:
    with Stage() as stage:
        first = settled(stage, stage.buys(**ASKED))
        stage.advance(31 * 86_400)
        stage.use_cases.forget_old.forget(30 * 86_400_000)

        assert settled(stage, stage.buys(**ASKED)) not in (None, first)


def test_a_customer_that_was_deleted_at_stripe_is_made_anew(stage: Stage) -> None:
    first = settled(stage, stage.buys(**ASKED))
    stage.stripe("DELETE", f"/v1/customers/{first}")

    again = settled(stage, stage.buys(**ASKED))

    assert again not in (None, first)


def test_a_repeat_of_an_intent_makes_one_customer(stage: Stage) -> None:
    rule = {"method": "POST", "path": "/v1/payment_intents", "kind": "error_500", "probability": 1}
    stage.control("PUT", "faults", {"api": [rule]})
    for _ in range(2):
        with pytest.raises(StripeUnavailable):
            stage.buys(kind="payment_intent", nonce="non_one", **ASKED)
    stage.control("DELETE", "faults")

    stage.buys(kind="payment_intent", nonce="non_one", **ASKED)

    assert len(stage.stripe("GET", "/v1/customers")["data"]) == 1


def test_the_catalogs_words_about_customers_stand_back_for_one_that_is_named() -> None:
    said = '[checkout.session]\ncustomer_creation = "always"\n'
    with Stage(catalog=f"{MONTHLY}{said}") as stage:
        customer = stage.stripe("POST", "/v1/customers", email=EMAIL)["id"]

        bought = stage.buys(session={"customer": customer})

        assert settled(stage, bought) == customer


def test_what_a_customer_saved_is_offered_again_and_paid_with(stage: Stage) -> None:
    shows = {"saved_payment_method_options": {"allow_redisplay_filters": ["always", "limited"]}}
    first = stage.buys(session=SAVES, **ASKED)
    assert settled(stage, first) is not None
    saved = stage.order(first)["payment_method"]["id"]

    again = stage.buys(session=shows, **ASKED)
    page = stage.side.app.test_client().get(f"/c/pay/{again.session}").get_data(as_text=True)

    assert f'value="{saved}"' in page
    assert "Visa ending in 4242" in page
    stage.pays(again, saved)
    stage.delivers()
    stage.works(2 * 3600, every=3600)  # the look that tells what it was paid with
    assert stage.order(again)["payment_method"]["id"] == saved
