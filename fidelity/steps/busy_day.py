"""One busy day at a shop, by stripe-python: something of every kind is made, changed and ended.

The same day in JavaScript is `busy_day.mjs`.
"""

from __future__ import annotations

import contextlib
import json
import os
import urllib.request
from collections.abc import Callable
from typing import Any

import stripe

from fidelity.steps.shop import CARD, Shop

NOTED = {"metadata": {"shelf": "a"}}
_BACK = {"return_url": "https://shop.test/"}
_ANYTHING = {"automatic_payment_methods": {"enabled": True}}


def control(path: str, body: Any = None) -> Any:
    """Do what only the sandbox has a route for."""
    data = json.dumps(body or {}).encode()
    url = f"{os.environ['SANDBOX']}/_sandbox/{path}"
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=60) as answer:
        return json.load(answer)


def busy_day(shop: Shop, failed: Callable[[str, Exception], None]) -> None:
    """Live through the day; an hour that goes wrong is told to `failed`, and the day goes on."""
    hours = (
        _catalog, _people, _payments, _money_back, _quarrels, _setups, _clubs, _bills, _pages,
    )  # fmt: skip
    for hour in hours:
        try:
            hour(shop, shop.api)
        except (stripe.StripeError, OSError) as error:
            failed(hour.__name__.strip("_"), error)


def _catalog(shop: Shop, api: Any) -> None:
    api.products.update(shop.product().id, params=NOTED)
    api.products.delete(shop.product().id)
    api.prices.update(shop.price().id, params=NOTED)
    api.coupons.update(shop.coupon().id, params=NOTED)
    api.coupons.delete(shop.coupon().id)
    api.promotion_codes.update(shop.code().id, params=NOTED)
    api.shipping_rates.update(shop.rate().id, params=NOTED)
    month = {"amount": 900, "currency": "usd", "interval": "month", "product": {"name": "Club"}}
    api.plans.update(api.plans.create(params=month).id, params=NOTED)
    api.plans.delete(api.plans.create(params=month).id)
    api.payment_links.update(shop.link().id, params=NOTED)


def _people(shop: Shop, api: Any) -> None:
    api.customers.update(shop.customer().id, params=NOTED)
    api.customers.delete(shop.customer().id)
    kept = api.payment_methods.attach(CARD, params={"customer": shop.customer().id})
    api.payment_methods.update(kept.id, params=NOTED)
    owner = shop.customer().id
    for value in ("000000000", "DE1"):  # the first is found valid in a minute
        kept = api.customers.tax_ids.create(owner, params={"type": "eu_vat", "value": value})
    api.customers.tax_ids.delete(owner, kept.id)
    other = api.payment_methods.attach(CARD, params={"customer": shop.customer().id})
    api.payment_methods.detach(other.id)


def _payments(shop: Shop, api: Any) -> None:
    customer = shop.paying_customer()
    saved = {"customer": customer.id}
    shop.paid(customer.invoice_settings.default_payment_method, **saved)
    api.charges.update(shop.charge(), params=NOTED)
    with contextlib.suppress(stripe.CardError):
        shop.paid("pm_card_visa_chargeDeclined")
    held = {"capture_method": "manual"}
    api.payment_intents.capture(shop.paid(**held).id, params={"amount_to_capture": 900})
    api.payment_intents.cancel(shop.paid(**held).id)
    shop.paid(**held)
    api.payment_intents.cancel(shop.intent().id)
    warned = shop.paid("pm_card_createIssuerFraudRecord")
    api.refunds.create(params={"payment_intent": warned.id})
    transfer = {"payment_method_data": {"type": "customer_balance"}, "currency": "eur"}
    awaited = shop.intent(confirm=True, **transfer, **_ANYTHING, **_BACK)
    for amount in (500, 1000):
        control(f"payment_intents/{awaited.id}/fund", {"amount": amount})
    shop.paid("pm_card_threeDSecure2Required", **_ANYTHING, **_BACK)
    shop.paid("pm_usBankAccount_success", **_ANYTHING, **_BACK)


def _money_back(shop: Shop, api: Any) -> None:
    paid = shop.paid()
    half = {"payment_intent": paid.id, "amount": 500}
    api.refunds.create(params=half | NOTED)
    api.refunds.update(api.refunds.create(params=half).id, params=NOTED)
    api.refunds.create(params={"charge": shop.charge("pm_card_refundFail")})


def _quarrels(shop: Shop, api: Any) -> None:
    told = {"evidence": {"product_description": "A poster"}}
    api.disputes.update(shop.dispute(), params=told)
    api.disputes.close(shop.dispute())
    proof = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    api.disputes.update(shop.dispute(), params=proof)


def _setups(shop: Shop, api: Any) -> None:
    shop.setup(payment_method=CARD, confirm=True, customer=shop.customer().id, **_BACK)
    with contextlib.suppress(stripe.CardError):
        shop.setup(payment_method="pm_card_visa_chargeDeclined", confirm=True, **_BACK)
    shop.setup(payment_method="pm_card_threeDSecure2Required", confirm=True, **_BACK)
    api.setup_intents.cancel(shop.setup().id)


def _clubs(shop: Shop, api: Any) -> None:
    api.subscriptions.update(shop.subscription().id, params=NOTED)
    api.subscriptions.cancel(shop.subscription().id)
    shop.subscription(trial_period_days=2)
    ends = {"end_behavior": {"missing_payment_method": "pause"}}
    poor = {"customer": shop.customer().id, "trial_period_days": 7, "trial_settings": ends}
    paused = shop.subscription(**poor).id
    api.subscriptions.update(paused, params={"trial_end": "now"})
    late = api.payment_methods.attach(CARD, params={"customer": poor["customer"]}).id
    default = {"invoice_settings": {"default_payment_method": late}}
    api.customers.update(poor["customer"], params=default)
    api.subscriptions.resume(paused)


def _bills(shop: Shop, api: Any) -> None:
    invoices = api.invoices
    invoices.update(shop.draft().id, params=NOTED)
    invoices.delete(shop.draft().id)
    invoices.pay(shop.open_invoice().id)
    invoices.void_invoice(shop.open_invoice().id)
    invoices.mark_uncollectible(shop.open_invoice().id)
    by_mail = shop.draft(collection_method="send_invoice", days_until_due=7)
    invoices.send_invoice(by_mail.id)
    for method in ("pm_card_chargeCustomerFail", "pm_card_threeDSecure2Required"):
        with contextlib.suppress(stripe.CardError):
            invoices.pay(shop.open_invoice().id, params={"payment_method": method})
    some = {"customer": shop.customer().id, "amount": 700, "currency": "usd"}
    api.invoice_items.update(api.invoice_items.create(params=some).id, params=NOTED)
    api.invoice_items.delete(api.invoice_items.create(params=some).id)


def _pages(shop: Shop, api: Any) -> None:
    euros = {"line_items": [{"price": shop.price(currency="eur").id, "quantity": 1}]}
    for number in ("4242424242424242", "AT611904300234573201", "AT861904300235473202"):
        page = shop.session(**euros)
        control(f"checkout/sessions/{page.id}/pay", {"payment_method": number})
    cheaper = {"discounts": [{"promotion_code": shop.code().id}]}
    control(f"checkout/sessions/{shop.session(**cheaper).id}/pay")
    api.checkout.sessions.expire(shop.session().id)
    month = {"line_items": [{"price": shop.monthly().id, "quantity": 1}], "mode": "subscription"}
    control(f"checkout/sessions/{shop.session(**month).id}/pay")
    control("clock", {"advance": 8 * 86_400})
