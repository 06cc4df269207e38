"""An order of two posters, brought to every standing that a buyer may come back to."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.stage import Bought, Stage

SESSION, INTENT = "checkout_session", "payment_intent"
NEVER_REPORTS, ACCOUNT_CLOSED = "000000000009", "000111111113"  # accounts at American banks
_HOMES = {SESSION: "/v1/checkout/sessions/", INTENT: "/v1/payment_intents/"}
_TELLS_OF_PAYMENT = {SESSION: "checkout.session.completed", INTENT: "payment_intent.succeeded"}

Reach = Callable[[Stage, str], Bought]


def pending(stage: Stage, kind: str = SESSION) -> Bought:
    return stage.buys(
        quantity=2,
        kind=kind,
        customer_email="buyer@example.com",
        client_reference_id="A-17",
        metadata={"till": "3"},
    )


def processing(stage: Stage, kind: str = SESSION) -> Bought:
    if kind == INTENT:
        return shows("processing")(stage, kind)
    bought = pending(stage, kind)
    stage.pays(bought, NEVER_REPORTS)
    stage.delivers()
    return bought


def paid(stage: Stage, kind: str = SESSION) -> Bought:
    bought = pending(stage, kind)
    stage.pays(bought)
    stage.delivers()
    return bought


def failed(stage: Stage, kind: str = SESSION) -> Bought:
    """A debit that bounced; a canceled intent has failed as well."""
    bought = pending(stage, kind)
    if bought.intent:
        stage.stripe("POST", f"/v1/payment_intents/{bought.intent}/cancel")
    else:
        stage.pays(bought, ACCOUNT_CLOSED)
        stage.advance(600)
    stage.delivers()
    return bought


def expired(stage: Stage, kind: str = SESSION) -> Bought:
    bought = pending(stage, kind)
    stage.control("POST", f"checkout/sessions/{bought.session}/expire")
    stage.delivers()
    return bought


def canceled(stage: Stage, kind: str = SESSION) -> Bought:
    bought = pending(stage, kind)
    stage.cancels(bought)
    return bought


def paid_otherwise(stage: Stage, kind: str = SESSION) -> Bought:
    """Paid, with another amount than was asked for."""
    bought = pending(stage, kind)
    stage.pays(bought)
    (event,) = stage.events(_TELLS_OF_PAYMENT[kind])
    thing = event["data"]["object"]
    thing |= dict.fromkeys({"amount_total", "amount_subtotal", "amount_received"} & thing.keys(), 1)
    stage.delivers(event)
    stage.drops()
    return bought


def paid_with_extras(stage: Stage, kind: str = SESSION) -> Bought:
    """Paid, after a voucher and with tax and shipping as Stripe computed them."""
    bought = pending(stage, kind)
    stage.pays(bought)
    (event,) = stage.events(_TELLS_OF_PAYMENT[kind])
    event["data"]["object"] |= {
        "amount_total": 5290,
        "total_details": {"amount_discount": 500, "amount_tax": 300, "amount_shipping": 490},
    }
    stage.delivers(event)
    stage.drops()
    return bought


def shows(status: str) -> Reach:
    """Have Stripe show a session or an intent with this status."""

    def reach(stage: Stage, kind: str = SESSION) -> Bought:
        bought = pending(stage, kind)
        rule = {"path": _HOMES[kind] + bought.id, "fields": {"status": status}}
        stage.control("PUT", "faults", {"alter": [rule]})
        stage.advance(5)
        stage.returns(bought)
        return bought

    return reach


def refunded(stage: Stage, kind: str = SESSION, amount: int | None = None) -> Bought:
    bought = paid(stage, kind)
    stage.refunds(bought, amount)
    stage.delivers()
    return bought


def partially_refunded(stage: Stage, kind: str = SESSION) -> Bought:
    return refunded(stage, kind, 100)


def disputed(stage: Stage, kind: str = SESSION, ends: str | None = None) -> Bought:
    bought = paid(stage, kind)
    intent = stage.order(bought)["payment_intent"]
    dispute = stage.control("POST", f"payment_intents/{intent}/dispute", {})["id"]
    if ends is not None:
        stage.control("POST", f"disputes/{dispute}/close", {"status": ends})
    stage.delivers()
    return bought


def charged_back(stage: Stage, kind: str = SESSION) -> Bought:
    return disputed(stage, kind, "lost")


def paid_twice(stage: Stage, kind: str = SESSION) -> Bought:
    """Paid twice by a Payment Link; the session is the one that was first."""
    bought = stage.link_order("pair")
    first = stage.pays(bought)["id"]
    stage.delivers()
    stage.pays(bought)
    stage.delivers()
    return Bought(bought.order, session=first)


def refunded_before_fulfilment(stage: Stage, kind: str = SESSION) -> Bought:
    bought = pending(stage, kind)
    paying = stage.pays(bought)
    stage.stripe("POST", "/v1/refunds", payment_intent=bought.intent or paying["payment_intent"])
    stage.drops()
    stage.advance(5)
    stage.returns(bought)
    return bought
