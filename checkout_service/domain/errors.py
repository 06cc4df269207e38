"""Every failure the product names: `code` is for machines, the message for people.

HTTP statuses are given on the web floor, where a test demands one for each class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from .frozen import frozen


class CheckoutError(Exception):
    """Base of all our errors."""

    code: ClassVar[str] = "checkout_error"


@frozen
class Fault:
    """One thing wrong with the input: where (`items.0.quantity`) and why."""

    loc: str
    message: str


class InvalidInput(CheckoutError):
    """The request is understood and wrong; carries every fault at once."""

    code = "invalid_input"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.loc}: {fault.message}" for fault in faults))
        self.faults = faults


class CardNumber(InvalidInput):
    """A card number came where none belongs; it is named by its place alone."""

    code = "card_number"

    def __init__(self, places: Iterable[str]) -> None:
        super().__init__([Fault(place, "holds a card number") for place in places])


class NotFound(CheckoutError):
    """Unknown and malformed ids get the same answer, so an answer reveals nothing."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("There is nothing here by that id.")


class CrossOrigin(CheckoutError):
    """A browser was made to send this by a page of another site."""

    code = "cross_origin"

    def __init__(self) -> None:
        super().__init__("This was sent from another site, which is not one of the allowed ones.")


class OrderPaid(CheckoutError):
    code = "order_paid"

    def __init__(self) -> None:
        super().__init__("This order is paid already.")


class OrderCanceled(CheckoutError):
    code = "order_canceled"

    def __init__(self) -> None:
        super().__init__("This order was canceled.")


class NoCustomer(CheckoutError):
    """Stripe keeps nobody as a customer for this order: a guest bought it, or nobody yet."""

    code = "no_customer"

    def __init__(self) -> None:
        super().__init__("Stripe keeps no customer for this order.")


class MoneyInFlight(CheckoutError):
    code = "money_in_flight"

    def __init__(self) -> None:
        super().__init__("A payment for this order is on its way; wait for it to arrive or fail.")


class NotPaid(CheckoutError):
    code = "not_paid"

    def __init__(self) -> None:
        super().__init__("There is no payment on this order to give back.")


class RefundTooLarge(CheckoutError):
    code = "refund_too_large"

    def __init__(self, left: int, words: str) -> None:
        super().__init__(
            f"The refund is larger than what is left to refund ({words})."
            if left > 0
            else "Nothing is left to refund: it has gone back, or is on its way."
        )
        self.left = left


class ChargeDisputed(CheckoutError):
    """Stripe gives no money back that a buyer's bank has taken already."""

    code = "charge_disputed"

    def __init__(self) -> None:
        super().__init__(
            "This payment is disputed: the buyer's bank has taken the money, and Stripe gives none "
            "back twice. Answer the dispute instead of refunding it."
        )


class RefundRefused(CheckoutError):
    """Stripe refused a refund; `stripe_code` is its own word for the reason."""

    code = "refund_refused"

    def __init__(self, message: str, *, stripe_code: str) -> None:
        super().__init__(message)
        self.stripe_code = stripe_code


class SessionRefused(RefundRefused):
    """Stripe refused what a merchant hands through to its page; `stripe_code` is its own word."""

    code = "session_refused"


class OpenedWrong(CheckoutError):
    """A session came back from Stripe with other terms than it was asked for; it was closed."""

    code = "stripe_mismatch"

    def __init__(self, what: str) -> None:
        super().__init__(f"Stripe opened another payment than it was asked for: {what}.")


class WrongFlow(CheckoutError):
    """An order begun with one flow was asked to go on with another."""

    code = "wrong_flow"

    def __init__(self) -> None:
        super().__init__("This order was started with another way to pay.")


class SessionClosed(CheckoutError):
    code = "session_closed"

    def __init__(self) -> None:
        super().__init__("This session is over: open another one for the order.")


class PullMode(CheckoutError):
    code = "pull_mode"

    def __init__(self) -> None:
        super().__init__(
            "This service runs in pull mode (a read-only key and no webhook secret): "
            "it confirms Payment Links and cannot create payments or refunds."
        )


class IdempotencyKeyReused(CheckoutError):
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another request body.")


class IdempotencyKeyTooShort(CheckoutError):
    """A stranger's key that another stranger could think of too."""

    code = "idempotency_key_too_short"

    def __init__(self, shortest: int) -> None:
        super().__init__(
            f"Without an API key an Idempotency-Key has at least {shortest} characters, "
            "which nobody can guess: a UUID."
        )


class IdempotencyInProgress(CheckoutError):
    code = "idempotency_in_progress"

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is still running.")


class GatewayError(CheckoutError):
    """Something between us and Stripe."""

    code = "gateway_error"


class StripeUnavailable(GatewayError):
    """Stripe did not answer, or said so itself; the outcome of a write is unknown.

    `retry_after` is in seconds. `indeterminate` says a 5xx came back, which Stripe replays
    under the same key (https://docs.stripe.com/error-low-level). `in_use` says that a twin of
    this very request is still running at Stripe (409 idempotency_key_in_use).
    """

    code = "stripe_unavailable"

    def __init__(
        self,
        message: str = "Stripe does not answer right now.",
        *,
        retry_after: int = 2,
        indeterminate: bool = False,
        in_use: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.indeterminate = indeterminate
        self.in_use = in_use


class StripeRejected(GatewayError):
    """Stripe understood the request and refused it."""

    code = "stripe_rejected"

    def __init__(self, message: str, *, reason: str = "", permission: bool = False) -> None:
        super().__init__(message)
        self.reason, self.permission = reason, permission


class UnknownToStripe(StripeRejected):
    """Stripe does not know what we opened: it belongs to another account or another mode."""

    code = "unknown_to_stripe"

    def __init__(self) -> None:
        super().__init__(
            "Stripe does not know this payment: it was opened with the keys of another account.",
            reason="resource_missing",
        )


class ReadsSpent(GatewayError):
    """The ceiling on reads of Stripe is reached for this moment."""

    code = "reads_spent"

    def __init__(self, wait_ms: int) -> None:
        super().__init__("The ceiling on reads of Stripe is reached for this moment.")
        self.wait_ms = wait_ms


class DatabaseUnavailable(CheckoutError):
    """The database does not serve us: `outage`, and its own `reason` for the operator alone."""

    code = "database_unavailable"

    def __init__(self, outage: str = "does not answer", reason: str = "") -> None:
        super().__init__(f"The database {outage} right now.")
        self.outage, self.reason = outage, reason


class CopyRefused(CheckoutError):
    """The database cannot be copied there; nothing was written."""

    code = "copy_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nothing was copied: {reason}.")


class BadEvent(CheckoutError):
    """The webhook is forged, stale, or no event."""

    code = "bad_event"


class StaleOrder(CheckoutError):
    """The order kept changing while we looked; the sweep looks again."""

    code = "stale_order"

    def __init__(self, order_id: str) -> None:
        super().__init__(f"Order {order_id} kept changing.")


class BadCatalog(CheckoutError):
    code = "bad_catalog"
