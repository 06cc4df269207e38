"""The names of Stripe's testing page, for cards and debits, and the number that each stands for."""

from __future__ import annotations

from . import by_country

TOKENS = {
    "visa": "4242424242424242", "visa_debit": "4000056655665556", "mastercard": "5555555555554444",
    "amex": "378282246310005", "discover": "6011111111111117", "diners": "3056930009020004",
    "jcb": "3566002020360505", "unionpay": "6200000000000005",
    "visa_chargeDeclined": "4000000000000002",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedLostCard": "4000000000009987",
    "visa_chargeDeclinedStolenCard": "4000000000009979",
    "chargeCustomerFail": "4000000000000341",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
    "visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975",
    "authenticationRequired": "4000002760003184",
    "authenticationRequiredOnSetup": "4000002500003155",
    "authenticationRequiredSetupForOffSession": "4000003800000446",
    "authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "threeDSecure2Required": "4000000000003220", "threeDSecureRequired": "4000000000003063",
    "threeDSecureRequiredChargeDeclined": "4000008400001629",
    "threeDSecureRequiredProcessingError": "4000008400001280",
    "threeDSecureOptional": "4000000000003055",
    "threeDSecureOptionalProcessingError": "4000000000003097",
    "amex_threeDSecureNotSupported": "378282246310005",
    "cvcCheckFail": "4000000000000101", "avsZipFail": "4000000000000036",
    "avsLine1Fail": "4000000000000028", "avsFail": "4000000000000010",
    "avsUnchecked": "4000000000000044",
    "createDispute": "4000000000000259", "createDisputeProductNotReceived": "4000000000002685",
    "createDisputeInquiry": "4000000000001976", "createIssuerFraudRecord": "4000000000005423",
    "pendingRefund": "4000000000007726", "refundFail": "4000000000005126",
    "radarBlock": "4100000000000019", "riskLevelElevated": "4000000000009235",
    "riskLevelHighest": "4000000000004954", "bypassPending": "4000000000000077",
    "bypassPendingInternational": "4000003720000278", "us": "4242424242424242",
    "mastercard_debit": "5200828282828210", "mastercard_prepaid": "5105105105105100",
    **{country.lower(): number for country, number in by_country.CARDS.items()},
}  # fmt: skip
DEBITS = {
    **{token: iban for iban, _, token in by_country.ibans()},
    "usBankAccount_success": "000123456789", "usBankAccount_accountClosed": "000111111113",
    "usBankAccount_noAccount": "000111111116", "usBankAccount_insufficientFunds": "000222222227",
    "usBankAccount_debitNotAuthorized": "000333333335", "usBankAccount_dispute": "000555555559",
    "usBankAccount_processing": "000000000009",
}  # fmt: skip
