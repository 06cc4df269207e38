"""Rows as they leave storage: frozen, typed, times in milliseconds UTC, money in minor units."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from checkout_service.domain.frozen import frozen
from checkout_service.domain.order.room import Room
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus

from .rooms import room_of
from .rows import AnyRow


@frozen
class OrderRecord:
    """What opens an attempt of an order, and where the order stands."""

    id: str
    flow: AttemptKind
    status: OrderStatus
    amount_total: int
    currency: str
    livemode: bool
    mode: str
    capture: str
    version: int
    created_at: int
    metadata: Mapping[str, str]
    options: Mapping[str, Any]
    room: Room | None
    customer_email: str | None
    locale: str | None
    success_url: str
    cancel_url: str


@frozen
class AttemptRecord:
    """One attempt as it was written down; `tries` counts how often Stripe was asked to open it."""

    id: str
    order_id: str
    seq: int
    kind: AttemptKind
    state: AttemptState
    ours: bool
    idempotency_key: str
    session_id: str | None
    intent_id: str | None
    link_id: str | None
    reference: str | None
    url: str | None
    expires_at: int | None
    created_at: int
    tries: int


@frozen
class DueOrder:
    """An order whose look is due, with its newest attempt.

    `requests` is how many looks were requested so far, `failures` how many failed in a row, `tries`
    how often Stripe was asked in vain to open the attempt.
    """

    order_id: str
    version: int
    requests: int
    created_at: int
    attempt_id: str
    kind: AttemptKind
    state: AttemptState
    session_id: str | None
    attempt_created_at: int
    failures: int
    tries: int


def order_record(row: AnyRow) -> OrderRecord:
    return OrderRecord(
        id=row.id,
        flow=AttemptKind(row.flow),
        status=OrderStatus(row.status),
        amount_total=row.amount_total,
        currency=row.currency,
        livemode=row.livemode,
        mode=row.mode,
        capture=row.capture,
        version=row.version,
        created_at=row.created_at,
        metadata=json.loads(row.metadata),
        options=json.loads(row.options),
        room=room_of(row.room),
        customer_email=row.customer_email,
        locale=row.locale,
        success_url=row.success_url or "",
        cancel_url=row.cancel_url or "",
    )


def attempt_record(row: AnyRow) -> AttemptRecord:
    return AttemptRecord(
        id=row.id,
        order_id=row.order_id,
        seq=row.seq,
        kind=AttemptKind(row.kind),
        state=AttemptState(row.state),
        ours=row.ours,
        idempotency_key=row.idempotency_key,
        session_id=row.session_id,
        intent_id=row.intent_id,
        link_id=row.link_id,
        reference=row.reference,
        url=row.url,
        expires_at=row.expires_at,
        created_at=row.created_at,
        tries=row.tries,
    )
