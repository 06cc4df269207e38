"""The one account there is: what `GET /v1/account` and its balance say."""

from __future__ import annotations

from .errors import no_such
from .shapes import nulls
from .store import Json
from .world import Call

ID = "acct_1SandboxNoMoneyMoves"


_ACCOUNT: Json = {
    "id": ID,
    "object": "account",
    "business_profile": {
        **nulls(
            "annual_revenue", "estimated_worker_count", "mcc",
            "minority_owned_business_designation", "monthly_estimated_revenue",
            "product_description", "specified_commercial_transactions_act_url",
            "support_email", "support_phone", "support_url", "url",
        ),
        "name": "Sandbox",
        "support_address": nulls("city", "country", "line1", "line2", "postal_code", "state"),
    },
    "business_type": None,
    "capabilities": {"card_payments": "active", "transfers": "active"},
    "charges_enabled": True,
    "created": 1_700_000_000,
    "country": "US",
    "default_currency": "usd",
    "details_submitted": True,
    "email": "sandbox@example.com",
    "metadata": {},
    "payouts_enabled": True,
    "settings": {
        "branding": nulls("icon", "logo", "primary_color", "secondary_color"),
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            **nulls(
                "statement_descriptor_prefix", "statement_descriptor_prefix_kana",
                "statement_descriptor_prefix_kanji",
            ),
        },
        "dashboard": {"display_name": "Sandbox", "timezone": "Etc/UTC"},
        "payments": {
            **nulls(
                "statement_descriptor_kana", "statement_descriptor_kanji",
                "statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji",
            ),
            "statement_descriptor": "SANDBOX",
        },
    },
    "type": "standard",
}  # fmt: skip


def show(call: Call) -> Json:
    """Show the account that every key belongs to."""
    del call
    return dict(_ACCOUNT)


def named(call: Call, name: str) -> Json:
    """Show the account by its id. Raises ApiError."""
    if name != ID:
        raise no_such("account", name)
    return show(call)


def balance(call: Call) -> Json:
    """Add up what has come in and gone out, by currency."""
    sums: dict[str, int] = {}
    for thing in call.store.newest("balance_transaction"):
        sums[thing["currency"]] = sums.get(thing["currency"], 0) + thing["net"]
    held = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(sums.items())
    ]
    none = [{**one, "amount": 0, "source_types": {"card": 0}} for one in held]
    return {"object": "balance", "available": held, "livemode": False, "pending": none}
