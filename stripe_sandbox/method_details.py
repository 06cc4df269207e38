"""What Stripe shows of a payment method: on the method itself, and on the charge it paid."""

from __future__ import annotations

from itertools import zip_longest

from .methods import Method
from .shapes import nulls
from .store import Json

_CHECKS = ("cvc_check", "address_line1_check", "address_postal_code_check")


def details(method: Method) -> Json:
    """Show what a payment method knows of its card or account."""
    if method.kind == "card":
        return _card(method) | {
            "display_brand": method.brand,
            "generated_from": None,
            "networks": {"available": [method.brand], "preferred": None},
            "three_d_secure_usage": {"supported": True},
        }
    if method.kind == "sepa_debit":
        return _iban(method) | {"generated_from": {"charge": None, "setup_attempt": None}}
    if method.kind == "us_bank_account":
        return _account(method) | {
            **nulls("financial_connections_account", "networks", "status_details")
        }
    return {}


def paid_details(method: Method, amount: int) -> Json:
    """Show what a charge knows of the method that paid it."""
    if method.kind == "card":
        return _card(method) | {
            **nulls(
                "authorization_code", "capture_before", "electronic_commerce_indicator",
                "installments", "mandate", "moto", "network_transaction_id",
                "setup_credential_usage", "stored_credential_usage", "three_d_secure",
                "transaction_link_id",
            ),
            "amount_authorized": amount,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "multicapture": {"status": "unavailable"},
            "network": method.brand,
            "network_token": {"used": False},
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        }  # fmt: skip
    if method.kind == "sepa_debit":
        return _iban(method) | {"expected_debit_date": None, "mandate": None}
    if method.kind == "us_bank_account":
        more = nulls("expected_debit_date", "mandate", "payment_reference")
        return _account(method) | more
    return {}


def _card(method: Method) -> Json:
    return {
        "brand": method.brand,
        "checks": {name: told or None for name, told in zip_longest(_CHECKS, method.checks)},
        "country": method.country,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"sandbox{method.last4}",
        "funding": "credit",
        "last4": method.last4,
        "regulated_status": "unregulated",
        "wallet": None,
    }


def _iban(method: Method) -> Json:
    return {
        "bank_code": method.number[4:9],
        "branch_code": None,
        "country": method.number[:2],
        "fingerprint": f"sandbox{method.last4}",
        "last4": method.last4,
    }


def _account(method: Method) -> Json:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "SANDBOX BANK",
        "fingerprint": f"sandbox{method.last4}",
        "last4": method.last4,
        "routing_number": "110000000",
    }
