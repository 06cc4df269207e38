"""Who may call what: a secret key all, a publishable one little, a restricted one what is given.

A control route gives; a key that nobody gave anything reads what pull mode needs. Writing implies
reading. Stripe's own names of permissions are known for some of these only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import ApiError, invalid
from .store import Json, Store

_KIND = "restricted_key"
_AT_FIRST = ("rak_checkout_session_read", "rak_payment_link_read", "rak_payment_intent_read")
_KEY = re.compile(r"rk_test_\w+", re.ASCII)
_PERMISSION = re.compile(r"rak_[a-z_]+_(?:read|write)", re.ASCII)
_FOR_BROWSERS = re.compile(
    r"/v1/(payment_methods|payment_intents/[^/]+(/confirm)?|payment_pages/[^/]+(/confirm)?)"
)
_RESOURCES = {  # of a path's first step, where it is not the step's own singular
    "balance_transactions": "balance", "billing_portal": "customer_portal",
    "checkout": "checkout_session",
    "invoice_payments": "invoice", "payment_pages": "checkout_session", "prices": "plan",
    "radar": "early_fraud_warning", "refunds": "charge", "webhook_endpoints": "webhook",
}  # fmt: skip
_EXPANDED = {  # what a key must be allowed to read to expand a field
    "charge": "charge", "customer": "customer", "invoice": "invoice", "latest_charge": "charge",
    "latest_invoice": "invoice", "payment_method": "payment_method", "refunds": "charge",
    "setup_intent": "setup_intent", "shipping_rate": "shipping_rate",
    "subscription": "subscription",
}  # fmt: skip


def give(store: Store, key: object, permissions: object) -> Json:
    """Let a restricted key do this and nothing else. Raises ApiError."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise invalid("key", "key is a restricted key: rk_test_...")
    named = permissions if isinstance(permissions, list) else [None]
    if not all(isinstance(one, str) and _PERMISSION.fullmatch(one) for one in named):
        raise invalid("permissions", "permissions is a list of rak_..._read and rak_..._write")
    kept = store.get(key, _KIND) or {"id": key, "object": _KIND}
    store.put(kept | {"permissions": named})
    return {"key": key, "permissions": named}


def check_scope(store: Store, key: str, method: str, path: str) -> None:
    """Refuse what this key may not call. Raises ApiError."""
    if key.startswith("rk_"):
        step = path.split("/")[2]
        resource = _RESOURCES.get(step, step.removesuffix("s"))
        _demand(store, key, [f"rak_{resource}_{'read' if method == 'GET' else 'write'}"])
    if key.startswith("pk_") and not _FOR_BROWSERS.fullmatch(path):
        raise ApiError(
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            status=403,
            code="secret_key_required",
        )


def check_expanding(store: Store, key: str, paths: object) -> None:
    """Refuse to show a restricted key inside an object what it may not read. Raises ApiError."""
    if key.startswith("rk_") and isinstance(paths, list):
        steps = [step for path in paths for step in str(path).split(".")]
        _demand(store, key, [f"rak_{_EXPANDED[step]}_read" for step in steps if step in _EXPANDED])


def _demand(store: Store, key: str, permissions: Iterable[str]) -> None:
    kept = store.get(key, _KIND)
    given = _AT_FIRST if kept is None else kept["permissions"]
    for one in permissions:
        if one not in given and one.replace("_read", "_write") not in given:
            raise _not_permitted(key, one)


def _not_permitted(key: str, permission: str) -> ApiError:
    return ApiError(
        f"The provided key '{key[:8]}*********{key[-4:]}' does not have the required "
        f"permissions for this endpoint. Having the '{permission}' permission would allow "
        "this request to continue.",
        status=403,
        code="more_permissions_required",
    )
