"""The very statements of a sale, tried and taken back: what `/readyz` and `doctor` go by.

An answer to `SELECT 1` proves little: a pooler, a full disk, a lock or a standby refuse the sale
itself.
"""

from __future__ import annotations

from sqlalchemy import Connection

from checkout_service.domain import ids
from checkout_service.domain.facts.snapshots import IncomingEvent
from checkout_service.domain.order.ledger import Ledger
from checkout_service.domain.order.line import Line
from checkout_service.domain.status import AttemptKind, AttemptState, OrderStatus

from . import bookmarks
from .database import Database
from .inbox import event_row
from .ledger.diff import LookPlan, Row, Writing
from .ledger.new_orders import insert_order
from .ledger.read import Loaded, load_ledger
from .ledger.read_to_tell import read_of_session
from .ledger.write import write

_SECONDS = 1.2
_WRITTEN = "tried to write"


class _TakenBack(Exception):
    """The sale went well; nothing of it is kept."""


def try_sale(database: Database, *, now: int) -> None:
    """Sell and take it back, then write one row for good. Raises DatabaseUnavailable, soon."""
    try:
        database.write_or_give_up(lambda c: _sell(c, now), seconds=_SECONDS)
    except _TakenBack:
        database.write_or_give_up(lambda c: bookmarks.move_to(c, _WRITTEN, now), seconds=_SECONDS)


def forget(connection: Connection) -> None:
    """Take out the one row that trials leave."""
    bookmarks.forget(connection, _WRITTEN)


def _sell(connection: Connection, now: int) -> None:
    order_id, nonce = ids.new_id("ord"), ids.new_id("non")
    insert_order(connection, _order(order_id, nonce, now), [_LINE], _attempt(order_id, nonce, now))
    loaded = load_ledger(connection, order_id, lock=True)
    if loaded is not None:
        write(connection, _settlement(loaded, nonce, now))
    read_of_session(connection, nonce)
    raise _TakenBack


_LINE = Line("trial", "Trial", "", 1, 100, "usd")


def _order(order_id: str, nonce: str, now: int) -> Row:
    return {
        "id": order_id,
        "nonce": nonce,
        "flow": AttemptKind.SESSION.value,
        "status": OrderStatus.PENDING.value,
        "amount_total": 100,
        "currency": "usd",
        "livemode": False,
        "mode": "payment",
        "created_at": now,
        "updated_at": now,
    }


def _attempt(order_id: str, nonce: str, now: int) -> Row:
    return {
        "id": ids.new_id("att"),
        "order_id": order_id,
        "seq": 1,
        "kind": AttemptKind.SESSION.value,
        "state": AttemptState.DRAFT.value,
        "idempotency_key": nonce,
        "created_at": now,
    }


def _settlement(loaded: Loaded, nonce: str, now: int) -> Writing:
    order = {
        "status": loaded.ledger.status.value,
        **{name: getattr(loaded.ledger, name) for name in Ledger.DERIVED},
        "holds": "",
        "has_more": False,
        "sequence": 0,
        "moves": 0,
        "canceled_at": None,
    }
    terms = loaded.ledger.terms
    look = LookPlan(None, 0, loaded.look_requests)
    event = IncomingEvent(nonce, "trial", None, livemode=False, created=now, body=b"{}")
    row = event_row(event, source="trial", now=now, state="applied", order_id=terms.order_id)
    return Writing(terms.order_id, loaded.version, now, order, look, event=row)
