"""Which handler answers which call of Stripe's billing: subscriptions, invoices, plans."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    drafts,
    invoice_closings,
    invoice_items,
    invoice_lists,
    item_changes,
    lists,
    plans,
    portal_settings,
    previews,
    setup_intents,
    subscription_changes,
    subscription_ends,
    subscription_pauses,
    subscription_starts,
    tax_ids,
    tax_rates,
)
from .routing import Handler, get, of, on, route
from .store import Json
from .world import Call

_S, _I, _L = "/v1/subscriptions", "/v1/invoices", "/v1/invoiceitems"
_P, _E, _A = "/v1/plans", "/v1/setup_intents", "/v1/subscription_items"
_C = "/v1/billing_portal/configurations"
_T, _R = "/v1/customers/{name}/tax_ids", "/v1/tax_rates"


def _of_customer(act: Callable[[Call, Json, str], Json]) -> Handler:
    return lambda call, name, tax_id: act(call, call.world.need(name, "customer"), tax_id)


ROUTES = (
    route("POST", _E, setup_intents.create),
    route("GET", _E, of("setup_intent", _E, "customer", "payment_method")),
    route("GET", _E + "/{name}", get("setup_intent")),
    route("POST", _E + "/{name}", on("setup_intent", setup_intents.update)),
    route("POST", _E + "/{name}/confirm", on("setup_intent", setup_intents.confirm)),
    route("POST", _E + "/{name}/cancel", on("setup_intent", setup_intents.cancel)),
    route("POST", _S, subscription_starts.create),
    route("GET", _S, lists.subscriptions),
    route("GET", _S + "/{name}", get("subscription")),
    route("POST", _S + "/{name}", on("subscription", subscription_changes.update)),
    route("DELETE", _S + "/{name}", on("subscription", subscription_ends.cancel)),
    route("POST", _S + "/{name}/resume", on("subscription", subscription_pauses.resume)),
    route("POST", _T, on("customer", tax_ids.create)),
    route("GET", _T, on("customer", tax_ids.of_customer)),
    route("GET", _T + "/{tax_id}", _of_customer(tax_ids.show)),
    route("DELETE", _T + "/{tax_id}", _of_customer(tax_ids.delete)),
    route("GET", "/v1/tax_ids", tax_ids.listed),
    route("GET", "/v1/tax_ids/{name}", get("tax_id")),
    route("POST", _A, item_changes.add),
    route("POST", _A + "/{name}", item_changes.change_one),
    route("DELETE", _A + "/{name}", item_changes.take_away),
    route("GET", _A, invoice_lists.subscription_items),
    route("GET", _A + "/{name}", invoice_lists.subscription_item),
    route("POST", _P, plans.create),
    route("GET", _P, plans.listed),
    route("GET", _P + "/{name}", plans.show),
    route("POST", _P + "/{name}", plans.update),
    route("DELETE", _P + "/{name}", plans.delete),
    route("POST", _L, invoice_items.create),
    route("GET", _L, invoice_items.listed),
    route("GET", _L + "/{name}", get("invoiceitem")),
    route("POST", _L + "/{name}", on("invoiceitem", invoice_items.update)),
    route("DELETE", _L + "/{name}", on("invoiceitem", invoice_items.delete)),
    route("POST", _I, drafts.create),
    route("GET", _I, lists.invoices),
    route("GET", _I + "/{name}", get("invoice")),
    route("POST", _I + "/create_preview", previews.create),
    route("POST", _I + "/{name}", on("invoice", drafts.update)),
    route("DELETE", _I + "/{name}", on("invoice", drafts.delete)),
    route("GET", _I + "/{name}/lines", on("invoice", invoice_lists.lines)),
    route("POST", _I + "/{name}/finalize", on("invoice", drafts.finalize)),
    route("POST", _I + "/{name}/send", on("invoice", drafts.send)),
    route("POST", _I + "/{name}/void", on("invoice", drafts.void)),
    route("POST", _I + "/{name}/mark_uncollectible", on("invoice", invoice_closings.give_up)),
    route("POST", _I + "/{name}/pay", on("invoice", drafts.pay)),
    route("GET", "/v1/invoice_payments", lists.invoice_payments),
    route("GET", "/v1/invoice_payments/{name}", get("invoice_payment")),
    route("POST", _C, portal_settings.create),
    route("GET", _C, of(portal_settings.KIND, _C, "active", "is_default")),
    route("GET", _C + "/{name}", get(portal_settings.KIND)),
    route("POST", _C + "/{name}", on(portal_settings.KIND, portal_settings.update)),
    route("POST", _R, tax_rates.create),
    route("GET", _R, tax_rates.listed),
    route("GET", _R + "/{name}", get(tax_rates.KIND)),
    route("POST", _R + "/{name}", on(tax_rates.KIND, tax_rates.update)),
    # Nobody can make these here, so there are none.
    *(
        one
        for kind, url in (
            ("credit_note", "/v1/credit_notes"),
            ("payout", "/v1/payouts"),
            ("review", "/v1/reviews"),
            ("subscription_schedule", "/v1/subscription_schedules"),
            ("entitlements.feature", "/v1/entitlements/features"),
        )
        for one in (route("GET", url, of(kind, url)), route("GET", url + "/{name}", get(kind)))
    ),
)
