"""Which handler answers which call: Stripe's paths."""

from __future__ import annotations

from . import (
    account,
    billing_routes,
    catalog,
    catalog_changes,
    customers,
    discounts,
    disputes,
    endpoints,
    farewells,
    intents,
    kept_methods,
    links,
    lists,
    money_back,
    payment_pages,
    portal,
    search,
    search_fields,
    session_updates,
    sessions,
)
from .errors import ApiError, unrecognized
from .routing import Route
from .routing import get as _get
from .routing import of as _of
from .routing import on as _on
from .routing import route as _route
from .store import Json
from .world import Call


def _intent_for(call: Call, name: str) -> Json:
    intent = call.world.need(name, "payment_intent")
    if call.key_kind == "pk" and call.params.get("client_secret") != intent["client_secret"]:
        raise ApiError(
            "The client_secret provided does not match the client_secret on the PaymentIntent.",
            param="client_secret",
        )
    return intent


def _confirm(call: Call, name: str) -> Json:
    return intents.confirm(call, _intent_for(call, name))


_S, _P, _L = "/v1/checkout/sessions", "/v1/payment_intents", "/v1/payment_links"
_C, _W = "/v1/promotion_codes", "/v1/radar/early_fraud_warnings"
_B, _M = "/v1/balance_transactions", "/v1/payment_methods"

ROUTES = (
    _route("POST", _S, sessions.create),
    _route("GET", _S, lists.sessions),
    _route("GET", _S + "/{name}", _get("checkout.session")),
    _route("POST", _S + "/{name}", _on("checkout.session", session_updates.update)),
    _route("POST", _S + "/{name}/expire", _on("checkout.session", sessions.expire)),
    _route("GET", _S + "/{name}/line_items", _on("checkout.session", lists.line_items)),
    _route("POST", _P, intents.create),
    _route("GET", _P, _of("payment_intent", _P, "customer")),
    _route("GET", _P + "/{name}", _intent_for),
    _route("POST", _P + "/{name}", _on("payment_intent", intents.update)),
    _route("POST", _P + "/{name}/confirm", _confirm),
    _route("POST", _P + "/{name}/capture", _on("payment_intent", intents.capture)),
    _route("POST", _P + "/{name}/cancel", _on("payment_intent", intents.cancel)),
    _route("GET", "/v1/account", account.show),
    _route("GET", "/v1/accounts", _of("account", "/v1/accounts")),  # no Connect: there are none
    _route("GET", "/v1/accounts/{name}", account.named),
    _route("GET", "/v1/balance", account.balance),
    _route("GET", _B, _of("balance_transaction", _B, "currency", "source", "type")),
    _route("GET", _B + "/{name}", _get("balance_transaction")),
    _route("POST", _M, intents.create_method),
    _route("GET", _M, _of("payment_method", _M, "allow_redisplay", "customer", "type")),
    _route("GET", _M + "/{name}", _get("payment_method")),
    _route("POST", _M + "/{name}", _on("payment_method", kept_methods.update)),
    _route("POST", _M + "/{name}/attach", kept_methods.attach),
    _route("POST", _M + "/{name}/detach", _on("payment_method", kept_methods.detach)),
    _route("POST", _L, links.create),
    _route("GET", _L, _of("payment_link", _L, "active")),
    _route("GET", _L + "/{name}", _get("payment_link")),
    _route("POST", _L + "/{name}", _on("payment_link", links.update)),
    _route("GET", _L + "/{name}/line_items", _on("payment_link", lists.line_items)),
    _route("POST", "/v1/products", catalog.create_product),
    _route("GET", "/v1/products", lists.products),
    _route("GET", "/v1/products/{name}", _get("product")),
    _route("POST", "/v1/products/{name}", _on("product", catalog_changes.update_product)),
    _route("DELETE", "/v1/products/{name}", _on("product", catalog_changes.delete_product)),
    _route("POST", "/v1/prices", catalog.create_price),
    _route("GET", "/v1/prices", lists.prices),
    _route("GET", "/v1/prices/{name}", _get("price")),
    _route("POST", "/v1/prices/{name}", _on("price", catalog_changes.update_price)),
    _route("POST", "/v1/coupons", discounts.create_coupon),
    _route("GET", "/v1/coupons", _of("coupon", "/v1/coupons")),
    _route("GET", "/v1/coupons/{name}", _get("coupon")),
    _route("POST", "/v1/coupons/{name}", _on("coupon", catalog_changes.update_coupon)),
    _route("DELETE", "/v1/coupons/{name}", _on("coupon", catalog_changes.delete_coupon)),
    _route("POST", _C, discounts.create_code),
    _route("GET", _C, lists.promotion_codes),
    _route("GET", _C + "/{name}", _get("promotion_code")),
    _route("POST", _C + "/{name}", _on("promotion_code", discounts.update_code)),
    _route("POST", "/v1/shipping_rates", catalog_changes.create_shipping_rate),
    _route("GET", "/v1/shipping_rates", lists.shipping_rates),
    _route("GET", "/v1/shipping_rates/{name}", _get("shipping_rate")),
    _route("POST", "/v1/shipping_rates/{name}", _on("shipping_rate", catalog_changes.update_rate)),
    _route("GET", "/v1/payment_pages/{name}", _on("checkout.session", payment_pages.show)),
    _route(
        "POST",
        "/v1/payment_pages/{name}/confirm",
        _on("checkout.session", payment_pages.confirm),
    ),
    _route("POST", "/v1/refunds", money_back.create_refund),
    _route("GET", "/v1/refunds", _of("refund", "/v1/refunds", "charge", "payment_intent")),
    _route("GET", "/v1/refunds/{name}", _get("refund")),
    _route("POST", "/v1/refunds/{name}", _on("refund", money_back.update)),
    _route("POST", "/v1/refunds/{name}/cancel", _on("refund", money_back.cancel)),
    _route("GET", "/v1/charges", _of("charge", "/v1/charges", "payment_intent", "customer")),
    _route("GET", "/v1/charges/{name}", _get("charge")),
    _route("POST", "/v1/charges/{name}", _on("charge", money_back.note)),
    _route("GET", "/v1/disputes", _of("dispute", "/v1/disputes", "charge", "payment_intent")),
    _route("GET", "/v1/disputes/{name}", _get("dispute")),
    _route("POST", "/v1/disputes/{name}", _on("dispute", disputes.update)),
    _route("POST", "/v1/disputes/{name}/close", _on("dispute", disputes.accept)),
    _route("GET", _W, _of("radar.early_fraud_warning", _W, "charge", "payment_intent")),
    _route("GET", _W + "/{name}", _get("radar.early_fraud_warning")),
    _route("GET", "/v1/events", lists.events),
    _route("GET", "/v1/events/{name}", _get("event")),
    _route("POST", "/v1/customers", customers.create),
    _route("GET", "/v1/customers", _of("customer", "/v1/customers", "email")),
    _route("GET", "/v1/customers/{name}", farewells.show),
    _route("POST", "/v1/customers/{name}", _on("customer", customers.update)),
    _route("DELETE", "/v1/customers/{name}", _on("customer", farewells.delete)),
    _route(
        "GET",
        "/v1/customers/{name}/payment_methods",
        _on("customer", kept_methods.of_customer),
    ),
    _route(
        "GET",
        "/v1/customers/{name}/payment_methods/{method}",
        lambda call, name, method: kept_methods.one_of_customer(
            call, call.world.need(name, "customer"), method
        ),
    ),
    _route("GET", "/v1/customers/{name}/sources", _on("customer", kept_methods.sources)),
    _route("POST", "/v1/billing_portal/sessions", portal.create),
    _route("POST", "/v1/webhook_endpoints", endpoints.create),
    _route("GET", "/v1/webhook_endpoints", _of("webhook_endpoint", "/v1/webhook_endpoints")),
    _route("GET", "/v1/webhook_endpoints/{name}", _get("webhook_endpoint")),
    _route("POST", "/v1/webhook_endpoints/{name}", _on("webhook_endpoint", endpoints.update)),
    _route("DELETE", "/v1/webhook_endpoints/{name}", _on("webhook_endpoint", endpoints.delete)),
    *billing_routes.ROUTES,
    *(
        _route("GET", f"/v1/{kind}s/search", search.of(kind, f"/v1/{kind}s/search"))
        for kind in search_fields.FIELDS
    ),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Find the route of a call, and the names in it. Raises ApiError in Stripe's words."""
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if match and route.method == method and "search" not in match.groups():
            return route, match.groupdict()
    raise unrecognized(method, path)
