"""The words for where an order and an attempt stand, whatever moves they make.

Two rooms and a one-way door: unpaid to settled always, settled to unpaid never.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class OrderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"


class AttemptKind(StrEnum):
    SESSION = "checkout_session"
    INTENT = "payment_intent"
    LINK = "payment_link"


class AttemptState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PROCESSING = "processing"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"


class Hold(StrEnum):
    """A named reason why a person must look before the order is fulfilled."""

    AMOUNT_MISMATCH = "amount_mismatch"
    CURRENCY_MISMATCH = "currency_mismatch"
    DUPLICATE_PAYMENT = "duplicate_payment"
    PAID_AFTER_CANCEL = "paid_after_cancel"
    WRONG_LINK = "wrong_link"
    WRONG_MODE = "wrong_mode"
    WRONG_REFERENCE = "wrong_reference"
    UNCAPTURED = "uncaptured"
    UNKNOWN_STATUS = "unknown_status"
    ILLEGAL_TRANSITION = "illegal_transition"
    REFUNDED_BEFORE_FULFILMENT = "refunded_before_fulfilment"


_S = OrderStatus
UNPAID = frozenset((_S.PENDING, _S.PROCESSING, _S.FAILED, _S.EXPIRED, _S.CANCELED))
SETTLED = frozenset(OrderStatus) - UNPAID
WAITING = frozenset((_S.PENDING, _S.PROCESSING))


def is_final(status: OrderStatus, holds: Sequence[str]) -> bool:
    """Say whether nobody needs to wait: the status is not a waiting one, or a hold is up."""
    return status not in WAITING or bool(holds)
