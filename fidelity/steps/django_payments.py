"""django-payments: a payment is made, sent to Stripe's page, confirmed by webhook and paid back."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import stripe

from fidelity.steps.busy_day import control
from fidelity.steps.django_project import Mailbox, hand_in, project
from fidelity.steps.shop import Shop
from fidelity.steps.taking import check, take

KEY = "sk_test_1"
DOOR = "/payments/process/stripe/"
DECLINED, SEPA, SEPA_FAILING = "4000000000000002", "AT611904300234573201", "AT861904300235473202"


class Till:
    """The project: payments of its own model, and the way of events to it."""

    def __init__(self) -> None:
        stripe.api_base = os.environ["SANDBOX"]
        self.api = Shop(stripe.StripeClient(KEY, base_addresses={"api": stripe.api_base})).api
        self.box = Mailbox()
        endpoint = {"url": self.box.url, "enabled_events": ["*"]}
        secret = self.api.webhook_endpoints.create(params=endpoint).secret
        options = {"api_key": KEY, "endpoint_secret": secret, "secure_endpoint": True}
        self.model = _model({"stripe": ("payments.stripe.StripeProviderV3", options)})

    def payment(self, total: str = "19.90", currency: str = "EUR", **more: Any) -> Any:
        return self.model.objects.create(
            variant="stripe", total=Decimal(total), currency=currency, **more
        )

    def opened(self, **more: Any) -> Any:
        payment = self.payment(**more)
        self.page(payment)
        return payment

    def page(self, payment: Any) -> str:
        """Ask for the payment's form; return where the buyer is sent."""
        from payments import RedirectNeeded  # noqa: PLC0415 - it needs Django's settings

        try:
            payment.get_form()
        except RedirectNeeded as sent:
            return str(sent)
        raise LookupError("the buyer is sent nowhere")

    def session(self, payment: Any) -> Any:
        return self.api.checkout.sessions.retrieve(payment.transaction_id)

    def pay(self, payment: Any, method: str = "4242424242424242") -> None:
        page = f"checkout/sessions/{payment.transaction_id}/pay"
        control(page, {"payment_method": method})

    def hear(self, payment: Any, kind: str) -> Any:
        """Bring the payment the events of a kind about its session; return it as it is then."""
        events = self.api.events.list(params={"type": kind, "limit": 20}).data
        mine = [one for one in events if one.data.object["id"] == payment.transaction_id]
        check(mine, f"no {kind} was sent")
        self.box.wait_for(mine[0].id)
        for letter in self.box.letters:
            if mine[0].id.encode() in letter.body:
                wrong = hand_in(DOOR, *letter)
                check(wrong is None, str(wrong))
        payment.refresh_from_db()
        return payment

    def paid(self, **more: Any) -> Any:
        payment = self.opened(**more)
        self.pay(payment)
        return self.hear(payment, "checkout.session.completed")


def _model(variants: dict[str, Any]) -> Any:
    """Set the project up, and make the table of its payments."""
    project(
        "payments/",
        "payments.urls",
        ("payments",),
        PAYMENT_HOST="testserver",
        PAYMENT_MODEL="payments.Payment",
        PAYMENT_USES_SSL=False,
        PAYMENT_VARIANTS=variants,
    )
    from django.db import connection  # noqa: PLC0415 - they need Django's settings
    from payments.models import BasePayment  # noqa: PLC0415

    class Payment(BasePayment):  # type: ignore[misc]
        class Meta:
            app_label = "payments"

        def get_success_url(self) -> str:
            return "https://shop.test/thanks"

        def get_failure_url(self) -> str:
            return "https://shop.test/cart"

    with connection.schema_editor() as editor:
        editor.create_model(Payment)
    return Payment


def _is(payment: Any, status: str) -> None:
    payment.refresh_from_db()
    check(payment.status == status, f"the payment is {payment.status}")


def opening(till: Till) -> None:
    """A payment leads to a page of Stripe's, for its amount."""
    buyer = {"billing_email": "jenny@example.com", "billing_first_name": "Jenny"}
    payment = till.payment(**buyer)
    page, session = till.page(payment), till.session(payment)
    check(page == session.url, f"the buyer is sent to {page}")
    said = (session.amount_total, session.currency, session.customer_email)
    check(said == (1990, "eur", "jenny@example.com"), str(said))
    check(session.client_reference_id == payment.token, "not under the payment's token")
    check(session.success_url == "https://shop.test/thanks", str(session.success_url))
    check(session.metadata["customer_name"].startswith("Jenny"), "the name is lost")
    check(till.page(payment) == page, "a second look opens another session")


def yen(till: Till) -> None:
    """A currency without cents."""
    total = till.session(till.opened(total="500.00", currency="JPY")).amount_total
    check(total == 500, f"the total is {total}")  # noqa: PLR2004


def unknown_currency(till: Till) -> None:
    """What Stripe refuses is an error of the payment."""
    from payments import PaymentError  # noqa: PLC0415 - it needs Django's settings

    payment = till.payment(currency="ZZZ")
    try:
        till.page(payment)
    except PaymentError:
        return _is(payment, "error")
    raise LookupError("a currency that is none was taken")


def confirming(till: Till) -> None:
    """The webhook confirms what was paid, once and again."""
    payment = till.paid()
    _is(payment, "confirmed")
    check(payment.captured_amount == payment.total, f"{payment.captured_amount} came")
    _is(till.hear(payment, "checkout.session.completed"), "confirmed")


def asking(till: Till) -> None:
    """Without a webhook, the provider asks."""
    from payments.core import provider_factory  # noqa: PLC0415 - it needs Django's settings

    payment = till.opened()
    provider = provider_factory("stripe", payment)
    provider.status(payment)
    _is(payment, "waiting")
    till.pay(payment)
    provider.status(payment)
    _is(payment, "confirmed")


def declined(till: Till) -> None:
    """A declined card leaves the payment open for another."""
    payment = till.opened()
    try:
        till.pay(payment, DECLINED)
    except OSError:
        _is(payment, "waiting")
    else:
        raise LookupError("a declining card paid")
    till.pay(payment)
    _is(till.hear(payment, "checkout.session.completed"), "confirmed")


def delayed(till: Till) -> None:
    """A debit is confirmed when its money is there."""
    payment = till.opened()
    till.pay(payment, SEPA)
    _is(till.hear(payment, "checkout.session.completed"), "waiting")
    control("clock", {"advance": 3600})
    _is(till.hear(payment, "checkout.session.async_payment_succeeded"), "confirmed")


def delayed_in_vain(till: Till) -> None:
    """A debit that bounces is not confirmed."""
    payment = till.opened()
    till.pay(payment, SEPA_FAILING)
    control("clock", {"advance": 3600})
    _is(till.hear(payment, "checkout.session.async_payment_failed"), "waiting")


def expiring(till: Till) -> None:
    """A page that ran out rejects its payment."""
    payment = till.opened()
    till.api.checkout.sessions.expire(payment.transaction_id)
    _is(till.hear(payment, "checkout.session.expired"), "rejected")


def cancelling(till: Till) -> None:
    """A payment that is cancelled ends its page, and stays cancelled."""
    payment = till.opened()
    payment.cancel()
    check(till.session(payment).status == "expired", "the page is still open")
    _is(till.hear(payment, "checkout.session.expired"), "cancelled")


def refunding(till: Till) -> None:
    """A part goes back, then the rest."""
    payment = till.paid()
    payment.refund(Decimal("5.00"))
    _is(payment, "confirmed")
    payment.refund(Decimal("14.90"))
    _is(payment, "refunded")
    intent = till.session(payment).payment_intent
    back = till.api.refunds.list(params={"payment_intent": intent}).data
    check(sorted(one.amount for one in back) == [500, 1490], str([one.amount for one in back]))


def refunding_twice(till: Till) -> None:
    """What went back already does not go back again."""
    from payments import PaymentError  # noqa: PLC0415 - it needs Django's settings

    payment = till.paid()
    intent = till.session(payment).payment_intent
    till.api.refunds.create(params={"payment_intent": intent})
    try:
        payment.refund()
    except PaymentError as refused:
        return check("charge_already_refunded" in repr(refused.__cause__.json_body), str(refused))
    raise LookupError("money went back twice")


def forged(till: Till) -> None:
    """An event whose signature is wrong changes nothing."""
    payment = till.opened()
    till.pay(payment)
    event = till.api.events.list(params={"type": "checkout.session.completed"}).data[0]
    till.box.wait_for(event.id)
    letter = next(one for one in till.box.letters if event.id.encode() in one.body)
    check("SignatureVerificationError" in str(hand_in(DOOR, letter.body, "t=1,v1=0")), "taken")
    _is(payment, "waiting")


def unsigned(till: Till) -> None:
    """An event without a signature is refused."""
    answer = hand_in(DOOR, till.box.letters[0].body, None)
    check(answer == "400", f"the answer is {answer}")


def foreign(till: Till) -> None:
    """An event of another application is refused, for it has no payment here."""
    other = till.api.payment_intents.create(params={"amount": 900, "currency": "usd"})
    event = till.api.events.list(params={"type": "payment_intent.created"}).data[0]
    check(event.data.object["id"] == other.id, "another event came")
    till.box.wait_for(event.id)
    letter = next(one for one in till.box.letters if event.id.encode() in one.body)
    check(hand_in(DOOR, *letter) == "400", "it was taken")


STEPS: tuple[Callable[[Till], None], ...] = (
    opening, yen, unknown_currency, confirming, asking, declined, delayed, delayed_in_vain,
    expiring, cancelling, refunding, refunding_twice, forged, unsigned, foreign,
)  # fmt: skip


def main() -> None:
    """Take the steps and say what became of each."""
    till = Till()
    for step in STEPS:
        take(step.__name__.replace("_", " "), lambda step=step: step(till))  # type: ignore[misc]
    print("done")


if __name__ == "__main__":
    main()
