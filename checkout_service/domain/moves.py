"""The only moves an order may make: unpaid to settled always, settled to unpaid never."""

from __future__ import annotations

from .status import SETTLED, OrderStatus

_S = OrderStatus

MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    _S.PENDING: frozenset((_S.PROCESSING, _S.FAILED, _S.EXPIRED, _S.CANCELED)) | SETTLED,
    _S.PROCESSING: frozenset((_S.PENDING, _S.FAILED, _S.EXPIRED, _S.CANCELED)) | SETTLED,
    _S.FAILED: frozenset((_S.PENDING, _S.PROCESSING, _S.EXPIRED, _S.CANCELED)) | SETTLED,
    _S.EXPIRED: frozenset((_S.PENDING, _S.PROCESSING, _S.FAILED, _S.CANCELED)) | SETTLED,
    _S.CANCELED: frozenset((_S.PROCESSING,)) | SETTLED,
    **{status: SETTLED - {status} for status in SETTLED},
}


def may_move(before: OrderStatus, after: OrderStatus) -> bool:
    return before is after or after in MOVES[before]
