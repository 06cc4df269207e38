"""What a shop has at Stripe, by stripe-python: things to call its services with."""

from __future__ import annotations

from typing import Any

import stripe

CARD = "pm_card_visa"


class Shop:
    """The services of a client, and things to call them with, each made when it is asked for."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.api: Any = getattr(client, "v1", client)  # before 12.5 there was no `v1`

    def customer(self, **more: Any) -> Any:
        return self.api.customers.create(params={"email": "jenny@example.com", **more})

    def paying_customer(self) -> Any:
        customer = self.customer()
        kept = self.api.payment_methods.attach(CARD, params={"customer": customer.id})
        default = {"default_payment_method": kept.id}
        return self.api.customers.update(customer.id, params={"invoice_settings": default})

    def product(self) -> Any:
        return self.api.products.create(params={"name": "Poster"})

    def price(self, **more: Any) -> Any:
        params = {"product": self.product().id, "unit_amount": 1500, "currency": "usd"}
        return self.api.prices.create(params={**params, **more})

    def monthly(self, **more: Any) -> Any:
        return self.price(recurring={"interval": "month"}, **more)

    def intent(self, **more: Any) -> Any:
        ways: dict[str, Any] = {}
        if "confirmation_method" not in more:  # one of the two is all that Stripe takes
            ways = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
        params = {"amount": 1500, "currency": "usd", **ways, **more}
        return self.api.payment_intents.create(params=params)

    def paid(self, method: str = CARD, **more: Any) -> Any:
        return self.intent(confirm=True, payment_method=method, **more)

    def charge(self, method: str = CARD) -> str:
        return str(self.paid(method).latest_charge)

    def method(self) -> Any:
        card = {"type": "card", "card": {"token": "tok_visa"}}
        return self.api.payment_methods.create(params=card)

    def session(self, **more: Any) -> Any:
        line = {"price": self.price().id, "quantity": 2}
        params = {"mode": "payment", "success_url": "https://shop.test/", "line_items": [line]}
        return self.api.checkout.sessions.create(params={**params, **more})

    def link(self) -> Any:
        line = {"price": self.price().id, "quantity": 1}
        return self.api.payment_links.create(params={"line_items": [line]})

    def coupon(self) -> Any:
        return self.api.coupons.create(params={"percent_off": 25, "duration": "once"})

    def code(self) -> Any:
        promotion = {"type": "coupon", "coupon": self.coupon().id}
        return self.api.promotion_codes.create(params={"promotion": promotion})

    def rate(self) -> Any:
        amount = {"amount": 500, "currency": "usd"}
        params = {"display_name": "Post", "type": "fixed_amount", "fixed_amount": amount}
        return self.api.shipping_rates.create(params=params)

    def subscription(self, **more: Any) -> Any:
        items = [{"price": self.monthly().id}]
        params = {"customer": self.paying_customer().id, "items": items, **more}
        return self.api.subscriptions.create(params=params)

    def draft(self, customer: Any = None, **more: Any) -> Any:
        owner = (customer or self.paying_customer()).id
        item = {"customer": owner, "amount": 2000, "currency": "usd"}
        self.api.invoice_items.create(params=item)
        behavior = {"pending_invoice_items_behavior": "include"}
        return self.api.invoices.create(params={"customer": owner, **behavior, **more})

    def open_invoice(self) -> Any:
        return self.api.invoices.finalize_invoice(self.draft().id)

    def setup(self, **more: Any) -> Any:
        return self.api.setup_intents.create(params={"usage": "off_session", **more})

    def dispute(self) -> str:
        intent = self.paid("pm_card_createDispute")
        return str(self.api.disputes.list(params={"payment_intent": intent.id}).data[0].id)

    def endpoint(self) -> Any:
        params = {"url": "https://shop.test/hook", "enabled_events": ["charge.succeeded"]}
        return self.api.webhook_endpoints.create(params=params)
