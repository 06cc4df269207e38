"""stripe-python: every call of the services that a shop needs, old releases and new ones alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import stripe

from fidelity.steps.shop import CARD, Shop

Step = tuple[str, Callable[[], Any]]


def steps(client: stripe.StripeClient) -> Iterator[Step]:
    """Name every call, with what makes it."""
    shop = Shop(client)
    for part in (_payments, _ways_to_pay, _catalog, _pages, _billing, _invoices, _rest, _searches):
        yield from part(shop, shop.api)


def _crud(service: Any, name: str, make: Callable[[], Any], *verbs: str) -> Iterator[Step]:
    """Create, and then what every service of Stripe's has under the same name."""
    noted = {"metadata": {"shelf": "a"}}
    calls: dict[str, Callable[[], Any]] = {
        "create": make,
        "retrieve": lambda: service.retrieve(make().id),
        "update": lambda: service.update(make().id, params=noted),
        "list": lambda: next(iter(service.list(params={"limit": 3}).auto_paging_iter())),
        "delete": lambda: service.delete(make().id),
    }
    yield from ((f"{name}.{verb}", calls[verb]) for verb in ("create", *verbs))


_R, _U, _L, _D = "retrieve", "update", "list", "delete"


def _payments(shop: Shop, api: Any) -> Iterator[Step]:
    intents, refunds, disputes = api.payment_intents, api.refunds, api.disputes
    yield from _crud(intents, "payment_intents", shop.intent, _R, _U, _L)
    card = {"payment_method": CARD}
    yield "payment_intents.confirm", lambda: intents.confirm(shop.intent().id, params=card)
    held = {"capture_method": "manual"}
    yield "payment_intents.capture", lambda: intents.capture(shop.paid(**held).id)
    yield "payment_intents.cancel", lambda: intents.cancel(shop.intent().id)
    yield "payment_intents.confirm, declined", lambda: _declined(shop)
    yield "payment_intents.confirm, by hand", lambda: shop.paid(confirmation_method="manual")
    yield "charges.retrieve", lambda: api.charges.retrieve(shop.charge())
    yield (
        "charges.update",
        lambda: api.charges.update(shop.charge(), params={"metadata": {"shelf": "a"}}),
    )
    yield "charges.list", lambda: api.charges.list().data[0]
    back: Callable[[], Any] = lambda: refunds.create(params={"charge": shop.charge()})  # noqa: E731
    yield from _crud(refunds, "refunds", back, _R, _U, _L)
    yield "disputes.retrieve", lambda: disputes.retrieve(shop.dispute())
    evidence = {"evidence": {"product_description": "A poster"}}
    yield "disputes.update", lambda: disputes.update(shop.dispute(), params=evidence)
    yield "disputes.list", lambda: disputes.list().data[0]
    yield "disputes.close", lambda: disputes.close(shop.dispute())
    yield "balance.retrieve", api.balance.retrieve
    yield "balance_transactions.list", lambda: api.balance_transactions.list().data[0]
    yield (
        "balance_transactions.retrieve",
        lambda: api.balance_transactions.retrieve(api.balance_transactions.list().data[0].id),
    )
    warned = api.radar.early_fraud_warnings
    yield (
        "radar.early_fraud_warnings.list",
        lambda: shop.charge("pm_card_createIssuerFraudRecord") and warned.list().data[0],
    )
    yield "radar.early_fraud_warnings.retrieve", lambda: warned.retrieve(warned.list().data[0].id)


def _declined(shop: Shop) -> None:
    try:
        shop.paid("pm_card_visa_chargeDeclined")
    except stripe.CardError as error:
        if error.code != "card_declined":
            raise
    else:
        raise LookupError("a declining card paid")


def _ways_to_pay(shop: Shop, api: Any) -> Iterator[Step]:
    yield from _crud(api.customers, "customers", shop.customer, _R, _U, _L, _D)
    ways, setups = api.payment_methods, api.setup_intents
    yield from _crud(ways, "payment_methods", shop.method, _R, _U)
    kept: Callable[[], Any] = lambda: ways.attach(CARD, params={"customer": shop.customer().id})  # noqa: E731
    yield "payment_methods.attach", kept
    yield "payment_methods.detach", lambda: ways.detach(kept().id)
    yield "payment_methods.list", lambda: ways.list(params={"customer": kept().customer}).data[0]
    yield (
        "customers.payment_methods.list",
        lambda: api.customers.payment_methods.list(kept().customer).data[0],
    )
    yield "customers.payment_methods.retrieve", lambda: _of_customer(api, kept())
    yield from _crud(setups, "setup_intents", shop.setup, _R, _U, _L)
    card = {"payment_method": CARD}
    yield "setup_intents.confirm", lambda: setups.confirm(shop.setup().id, params=card)
    yield "setup_intents.cancel", lambda: setups.cancel(shop.setup().id)


def _of_customer(api: Any, kept: Any) -> Any:
    return api.customers.payment_methods.retrieve(kept.customer, kept.id)


def _catalog(shop: Shop, api: Any) -> Iterator[Step]:
    yield from _crud(api.products, "products", shop.product, _R, _U, _L, _D)
    yield from _crud(api.prices, "prices", shop.price, _R, _U, _L)
    monthly = {"amount": 900, "currency": "usd", "interval": "month", "product": {"name": "Club"}}
    plan: Callable[[], Any] = lambda: api.plans.create(params=monthly)  # noqa: E731
    yield from _crud(api.plans, "plans", plan, _R, _U, _L, _D)
    yield from _crud(api.coupons, "coupons", shop.coupon, _R, _U, _L, _D)
    yield from _crud(api.promotion_codes, "promotion_codes", shop.code, _R, _U, _L)
    yield from _crud(api.shipping_rates, "shipping_rates", shop.rate, _R, _U, _L)


def _pages(shop: Shop, api: Any) -> Iterator[Step]:
    sessions = api.checkout.sessions
    yield from _crud(sessions, "checkout.sessions", shop.session, _R, _U, _L)
    yield "checkout.sessions.expire", lambda: sessions.expire(shop.session().id)
    yield (
        "checkout.sessions.line_items.list",
        lambda: sessions.line_items.list(shop.session().id).data[0],
    )
    yield from _crud(api.payment_links, "payment_links", shop.link, _R, _U, _L)
    yield (
        "payment_links.line_items.list",
        lambda: api.payment_links.line_items.list(shop.link().id).data[0],
    )
    portal = api.billing_portal
    yield (
        "billing_portal.sessions.create",
        lambda: portal.sessions.create(
            params={"customer": shop.customer().id, "return_url": "https://shop.test/"}
        ),
    )


def _billing(shop: Shop, api: Any) -> Iterator[Step]:
    subs, items = api.subscriptions, api.subscription_items
    yield from _crud(subs, "subscriptions", shop.subscription, _R, _U, _L)
    yield "subscriptions.cancel", lambda: subs.cancel(shop.subscription().id)
    yield "subscriptions.create, with a trial", lambda: shop.subscription(trial_period_days=7)
    yield (
        "subscriptions.create, incomplete",
        lambda: shop.subscription(payment_behavior="default_incomplete"),
    )
    yield "subscriptions.update, quantity", lambda: _more_of(shop, subs)
    yield (
        "subscription_items.list",
        lambda: items.list(params={"subscription": shop.subscription().id}).data[0],
    )
    yield "subscription_items.retrieve", lambda: items.retrieve(_item_of(shop.subscription()))


def _item_of(subscription: Any) -> str:
    return str(subscription["items"].data[0].id)


def _more_of(shop: Shop, subs: Any) -> None:
    made = shop.subscription()
    changed = [{"id": _item_of(made), "quantity": 3}]
    params = {"items": changed, "proration_behavior": "none"}
    if subs.update(made.id, params=params)["items"].data[0].quantity != 3:  # noqa: PLR2004
        raise LookupError("the quantity stayed")


def _invoices(shop: Shop, api: Any) -> Iterator[Step]:
    invoices, items = api.invoices, api.invoice_items
    some = {"amount": 700, "currency": "usd"}
    item: Callable[[], Any] = lambda: items.create(params={"customer": shop.customer().id, **some})  # noqa: E731
    yield from _crud(items, "invoice_items", item, _R, _U, _L, _D)
    yield from _crud(invoices, "invoices", shop.draft, _R, _U, _L, _D)
    yield "invoices.finalize_invoice", shop.open_invoice
    yield "invoices.pay", lambda: invoices.pay(shop.open_invoice().id)
    yield (
        "invoices.send_invoice",
        lambda: invoices.send_invoice(
            shop.draft(collection_method="send_invoice", days_until_due=7).id
        ),
    )
    yield "invoices.void_invoice", lambda: invoices.void_invoice(shop.open_invoice().id)
    yield "invoices.mark_uncollectible", lambda: invoices.mark_uncollectible(shop.open_invoice().id)
    yield (
        "invoices.line_items.list",
        lambda: invoices.line_items.list(shop.open_invoice().id).data[0],
    )
    paid = api.invoice_payments
    yield (
        "invoice_payments.list",
        lambda: paid.list(params={"invoice": shop.subscription().latest_invoice}).data[0],
    )
    yield "invoice_payments.retrieve", lambda: paid.retrieve(paid.list().data[0].id)


def _rest(shop: Shop, api: Any) -> Iterator[Step]:
    yield "accounts.retrieve_current", api.accounts.retrieve_current
    yield "events.list", lambda: api.events.list().data[0]
    yield "events.retrieve", lambda: api.events.retrieve(api.events.list().data[0].id)
    yield from _crud(api.webhook_endpoints, "webhook_endpoints", shop.endpoint, _R, _U, _L, _D)
    for name in ("credit_notes", "payouts", "subscription_schedules", "tax_ids", "tax_rates"):
        yield f"{name}.list", lambda name=name: getattr(api, name).list().data  # type: ignore[misc]
    yield "reviews.list", lambda: api.reviews.list().data


def _searches(shop: Shop, api: Any) -> Iterator[Step]:
    makers: dict[str, Callable[..., Any]] = {
        "charges": shop.paid,
        "customers": shop.customer,
        "invoices": shop.draft,
        "payment_intents": shop.intent,
        "prices": shop.price,
        "products": lambda **more: api.products.update(shop.product().id, params=more),
        "subscriptions": shop.subscription,
    }
    for name, make in makers.items():
        yield f"{name}.search", lambda n=name, m=make: _found(getattr(api, n), n, m)  # type: ignore[misc]


def _found(service: Any, name: str, make: Callable[..., Any]) -> None:
    make(metadata={"shelf": name})
    query = f"metadata['shelf']:'{name}' AND created>1000"
    found = service.search(params={"query": query}).data
    if len(found) != 1:
        raise LookupError(f"{len(found)} were found")


def main() -> None:
    """Take the steps against $SANDBOX and say what became of each."""
    client = stripe.StripeClient("sk_test_1", base_addresses={"api": os.environ["SANDBOX"]})
    for name, take in steps(client):
        try:
            take()
        except Exception as error:  # noqa: BLE001 - whatever it is, the step has failed
            print(f"not ok {name}: {type(error).__name__} {' '.join(str(error).split())}")
        else:
            print(f"ok {name}")
    print("done")


if __name__ == "__main__":
    main()
