"""Stripe's test numbers and what becomes of them.

The numbers are those of https://docs.stripe.com/testing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import by_country
from .errors import ApiError, no_such
from .method_names import DEBITS, TOKENS
from .store import Json
from .vouchers import TRANSFER, VOUCHERS

_AN_ID = re.compile(r"(?!tok_)[a-z]+_", re.ASCII)

DEFAULT_CARD = "4242424242424242"
MINUTE = 60
SOON, LATER = 3 * MINUTE, 6 * MINUTE  # when a delayed method reports by itself
NEVER = None
FILTERS = ("allowed_payment_method_types", "excluded_payment_method_types")
_CURRENCIES = {
    "sepa_debit": ("eur",), "us_bank_account": ("usd",), "boleto": ("brl",), "oxxo": ("mxn",),
    "konbini": ("jpy",), "multibanco": ("eur",),
    "customer_balance": ("eur", "gbp", "jpy", "mxn", "usd"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay and its fate.

    `decline` is (code, decline_code); `delay` in seconds; `fate` of a delayed method is
    `succeeded` or `failed`.
    """

    kind: str
    number: str
    brand: str = ""
    decline: tuple[str, str | None] | None = None
    challenge: bool = False
    fate: str | None = None
    delay: int | None = None
    dispute: str | None = None
    refund: str = "succeeded"
    warns: bool = False  # an early fraud warning follows
    failure: str | None = None
    country: str = "US"
    risk: str = "normal"
    checks: tuple[str, ...] = ("pass",)  # of the security code, the first line, the postcode

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def delayed(self) -> bool:
        return self.fate is not None


def _declined(code: str, why: str | None = None) -> tuple[str, str | None]:
    return code, why


_FRAUD = _declined("card_declined", "fraudulent")
_NO_FUNDS = _declined("card_declined", "insufficient_funds")
_VISA, _MC, _AMEX = "visa", "mastercard", "amex"
_BRANDS = {
    "4242424242424242": _VISA, "4000056655665556": _VISA, "5555555555554444": _MC,
    "2223003122003222": _MC, "5200828282828210": _MC, "5105105105105100": _MC,
    "378282246310005": _AMEX, "371449635398431": _AMEX, "6011111111111117": "discover",
    "3056930009020004": "diners", "3566002020360505": "jcb", "6200000000000005": "unionpay",
    "4000000000003055": _VISA, "6011000990139424": "discover", "36227206271667": "diners",
    "6555900000604105": "discover", "6205500000000000004": "unionpay",
    "4000000000000077": _VISA, "4000000000003097": _VISA,
    "4000058260000005": _VISA, "5555558265554449": _MC,
}  # fmt: skip
_DECLINES = {
    "4000000000000002": _declined("card_declined", "generic_decline"),
    "4000000000009995": _NO_FUNDS,
    "4000000000009987": _declined("card_declined", "lost_card"),
    "4000000000009979": _declined("card_declined", "stolen_card"),
    "4000000000000069": _declined("expired_card", "expired_card"),
    "4000000000000127": _declined("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": _declined("processing_error", "processing_error"),
    "4000000000006975": _declined("card_declined", "card_velocity_exceeded"),
    "4000000000000341": _declined("card_declined", "generic_decline"),
    "4242424242424241": _declined("incorrect_number", None),
}
_BLOCKED = ("4100000000000019", "4000000000004954")  # by Radar: always, or for the highest risk
_CHALLENGED = {
    "4000002500003155", "4000002760003184", "4000000000003220", "4000000000003063",
    "4000003800000446",
}  # fmt: skip

_CHECKED = {
    "4000000000000101": ("fail",),
    "4000000000000036": ("pass", "", "fail"),
    "4000000000000028": ("pass", "fail"),
    "4000000000000010": ("pass", "fail", "fail"),
    "4000000000000044": ("pass", "unavailable", "unavailable"),
}

METHODS: dict[str, Method] = {
    **{n: Method("card", n, brand) for n, brand in _BRANDS.items()},
    **{n: Method("card", n, _VISA, decline=d) for n, d in _DECLINES.items()},
    **{n: Method("card", n, _VISA, challenge=True) for n in _CHALLENGED},
    **{n: Method("card", n, _VISA, country=c) for c, n in by_country.CARDS.items()},
    **{n: Method("card", n, _VISA, decline=_FRAUD, risk="highest") for n in _BLOCKED},
    **{n: Method("card", n, _VISA, checks=told) for n, told in _CHECKED.items()},
    "4000003720000278": Method("card", "4000003720000278", _VISA, country="IE"),
    "4000000000009235": Method("card", "4000000000009235", _VISA, risk="elevated"),
    "4000008260003178": Method(
        "card", "4000008260003178", _VISA, decline=_NO_FUNDS, challenge=True, country="GB"
    ),
    "4000008400001629": Method(
        "card",
        "4000008400001629",
        _VISA,
        decline=_declined("card_declined", "generic_decline"),
        challenge=True,
    ),
    "4000008400001280": Method(
        "card",
        "4000008400001280",
        _VISA,
        decline=_declined("processing_error", "processing_error"),
        challenge=True,
    ),
    "4000000000000259": Method("card", "4000000000000259", _VISA, dispute="fraudulent"),
    "4000000000002685": Method("card", "4000000000002685", _VISA, dispute="product_not_received"),
    "4000000000001976": Method("card", "4000000000001976", _VISA, dispute="inquiry"),
    "4000000000005423": Method("card", "4000000000005423", _VISA, warns=True),
    "4000000000007726": Method("card", "4000000000007726", _VISA, refund="pending"),
    "4000000000005126": Method("card", "4000000000005126", _VISA, refund="failed"),
}


_FATES: dict[str, tuple[str, int, str | None, str | None]] = {
    "success": ("succeeded", SOON, None, None),
    "successDelayed": ("succeeded", LATER, None, None),
    "failed": ("failed", SOON, "generic_decline", None),
    "failedDelayed": ("failed", LATER, "generic_decline", None),
    "disputed": ("succeeded", SOON, None, "fraudulent"),
    "exceedsWeeklyVolumeLimit": ("failed", SOON, "charge_exceeds_source_limit", None),
    "exceedsWeeklyTransactionLimit": ("failed", SOON, "charge_exceeds_weekly_limit", None),
    "insufficientFunds": ("failed", SOON, "insufficient_funds", None),
}


def _sepa(iban: str, fate: str, delay: int, failure: str | None, dispute: str | None) -> Method:
    return Method(
        "sepa_debit", iban, fate=fate, delay=delay, failure=failure, dispute=dispute,
        country=iban[:2],
    )  # fmt: skip


METHODS |= {
    method.number: method
    for method in (
        *(_sepa(iban, *_FATES[scenario]) for iban, scenario, _ in by_country.ibans()),
        # Of Italy two are known: Stripe's CLI has a payment fail by the second.
        _sepa("IT40S0542811101000000123456", *_FATES["success"]),
        _sepa("IT60X0542811101000000123456", *_FATES["failed"]),
        Method("us_bank_account", "000123456789", fate="succeeded", delay=SOON),
        Method(
            "us_bank_account", "000111111113", fate="failed", delay=SOON, failure="account_closed"
        ),
        Method("us_bank_account", "000111111116", fate="failed", delay=SOON, failure="no_account"),
        Method(
            "us_bank_account",
            "000222222227",
            fate="failed",
            delay=SOON,
            failure="insufficient_funds",
        ),
        Method(
            "us_bank_account",
            "000333333335",
            fate="failed",
            delay=SOON,
            failure="debit_not_authorized",
        ),
        Method(
            "us_bank_account", "000555555559", fate="succeeded", delay=SOON, dispute="fraudulent"
        ),
        Method("us_bank_account", "000000000009", fate="succeeded", delay=NEVER),
        # The buyer pays later, `settle` says when; a voucher nobody pays runs out.
        Method(TRANSFER, "voucher", fate="succeeded", delay=NEVER),
        *(Method(kind, kind, fate="failed", delay=NEVER) for kind in VOUCHERS),
    )
}


def find_method(text: object, currency: str) -> Method:
    """Find a method by card number, IBAN, account number or `pm_card_...`. Raises ApiError."""
    plain = re.sub(r"[\s-]", "", str(text))
    for prefix in ("pm_card_", "tok_"):
        if plain.startswith(prefix):
            name = plain.removeprefix(prefix)
            plain = TOKENS.get(name) or TOKENS.get(f"visa_{name}") or plain
    plain = DEBITS.get(plain.removeprefix("pm_"), plain)
    if plain.removeprefix("pm_") in ("voucher", TRANSFER, *VOUCHERS):
        plain = plain.removeprefix("pm_").replace(TRANSFER, "voucher")
    method = METHODS.get(plain) or METHODS.get(plain.upper())
    if method is None and plain.startswith("pm_"):
        raise no_such("PaymentMethod", plain, param="payment_method")
    if method is None and _AN_ID.match(plain):
        raise no_such("PaymentMethod", plain, param="payment_method")
    if method is None and plain.startswith("tok_"):
        raise no_such("token", plain, param="card[token]")
    if method is None:
        raise incorrect_number()
    _check_kind(method.kind, currency, "payment_method")
    return method


def incorrect_number() -> ApiError:
    return ApiError(
        "Your card number is incorrect.",
        status=402,
        kind="card_error",
        code="incorrect_number",
        param="number",
    )


def kinds_for(params: Json, currency: str, *, manual: bool = False) -> list[str]:
    """Return the ways an intent or a session may be paid. Raises ApiError for another currency's.

    Money can only be held on a card: with manual capture the other ways are not offered.
    """
    asked: list[str] = params.get("payment_method_types") or []
    check_kinds(asked)
    for kind in asked:
        _check_kind(kind, currency, "payment_method_types")
    fitting = [kind for kind, wanted in _CURRENCIES.items() if currency in wanted]
    allowed = params.get("allowed_payment_method_types")
    excluded = params.get("excluded_payment_method_types") or []
    kinds = [
        kind
        for kind in asked or ["card", *fitting]
        if (not allowed or kind in allowed)
        and kind not in excluded
        and (kind == "card" or not manual)
    ]
    if not kinds:
        raise ApiError(
            "No payment method types are left: check the currency, the capture method, and what "
            "is allowed and excluded.",
            code="payment_intent_invalid_parameter",
            param="allowed_payment_method_types",
        )
    return kinds


def check_kinds(asked: list[str]) -> None:
    """Refuse what nobody knows, and what this account has not turned on. Raises ApiError."""
    for kind in asked:
        if not is_modelled(kind):
            raise ApiError(
                f"The payment method type provided: {kind} is invalid. Please ensure the provided "
                "type is activated in your dashboard "
                "(https://dashboard.stripe.com/account/payments/settings) and your account is "
                "enabled for any preview features that you are trying to use.",
                param="payment_method_types",
            )


def is_modelled(kind: str) -> bool:
    """True if the sandbox knows methods of this kind."""
    return kind == "card" or kind in _CURRENCIES


def check_allowed(kind: str, intent: Json) -> None:
    """Refuse a method of a kind that this intent does not take. Raises ApiError."""
    if kind not in intent["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )


def _check_kind(kind: str, currency: str, param: str) -> None:
    wanted = _CURRENCIES.get(kind, (currency,))
    if currency not in wanted:
        raise ApiError(
            f"The payment method type {kind} needs the currency {' or '.join(wanted)}, "
            f"not {currency}.",
            code="payment_intent_invalid_parameter",
            param=param,
        )
