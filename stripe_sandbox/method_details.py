"""What Stripe shows of a payment method: on the method itself, and on the charge it paid."""

from __future__ import annotations

from .methods import Method
from .store import Json


def details(method: Method) -> Json:
    if method.kind == "card":
        return {
            "brand": method.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": method.brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "sandbox" + method.last4,
            "funding": "credit",
            "generated_from": None,
            "last4": method.last4,
            "networks": {"available": [method.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        }
    if method.kind == "sepa_debit":
        return {
            "bank_code": method.number[4:9],
            "branch_code": None,
            "country": method.number[:2],
            "fingerprint": "sandbox" + method.last4,
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": method.last4,
        }
    if method.kind == "us_bank_account":
        return {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "SANDBOX BANK",
            "financial_connections_account": None,
            "fingerprint": "sandbox" + method.last4,
            "last4": method.last4,
            "networks": None,
            "routing_number": "110000000",
            "status_details": None,
        }
    return {}


def paid_details(method: Method, amount: int) -> Json:
    if method.kind == "card":
        return {
            "amount_authorized": amount,
            "capture_before": None,
            "electronic_commerce_indicator": None,
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "moto": None,
            "multicapture": {"status": "unavailable"},
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
            "setup_credential_usage": None,
            "stored_credential_usage": None,
            "authorization_code": None,
            "brand": method.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "sandbox" + method.last4,
            "funding": "credit",
            "installments": None,
            "last4": method.last4,
            "mandate": None,
            "network": method.brand,
            "network_token": {"used": False},
            "network_transaction_id": None,
            "regulated_status": "unregulated",
            "three_d_secure": None,
            "transaction_link_id": None,
            "wallet": None,
        }
    if method.kind == "sepa_debit":
        return {
            "bank_code": method.number[4:9],
            "branch_code": None,
            "country": method.number[:2],
            "expected_debit_date": None,
            "fingerprint": "sandbox" + method.last4,
            "last4": method.last4,
            "mandate": None,
        }
    return {}
