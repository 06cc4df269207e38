"""The sweep and all that it repeats, put together of the parts that the product is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checkout_service.stripe_gateway import API_VERSION
from checkout_service.use_cases.settle.receive_page import ReceivePage
from checkout_service.use_cases.sweep.end_stale import EndStale
from checkout_service.use_cases.sweep.find_renewals import FindRenewals
from checkout_service.use_cases.sweep.finish_writes import FinishWrites
from checkout_service.use_cases.sweep.look_by_list import LookByList
from checkout_service.use_cases.sweep.read_missed import ReadMissed
from checkout_service.use_cases.sweep.refresh_due import RefreshDue
from checkout_service.use_cases.sweep.scan_links import ScanLinks
from checkout_service.use_cases.sweep.side_by_side import AT_ONCE
from checkout_service.use_cases.sweep.sweep import Sweep

if TYPE_CHECKING:
    from .parts import Parts


def build_sweep(parts: Parts) -> Sweep:
    """Build it with one call of Stripe at a time where no threads are wanted."""
    at_once = parts.around.senders or AT_ONCE
    return Sweep(
        parts.database,
        parts.clock,
        _read_missed(parts, at_once),
        ScanLinks(
            parts.database,
            parts.stripe.sessions,
            parts.clock,
            parts.catalog,
            parts.adopt_session,
        ),
        _refresh_due(parts, at_once),
        parts.receive_event,
        FindRenewals(parts.database, parts.stripe.renewals, parts.clock),
        FinishWrites(
            parts.database,
            parts.clock,
            parts.refund_order,
            parts.take_money,
            parts.close_attempt,
            parts.cancel_order,
        ),
        parts.pull_mode,
        at_once,
    )


def _read_missed(parts: Parts, at_once: int) -> ReadMissed:
    together = ReceivePage(
        parts.database, parts.settle_order, parts.place_event, parts.clock, API_VERSION
    )
    return ReadMissed(parts.database, parts.stripe.events, together, parts.receive_event, at_once)


def _refresh_due(parts: Parts, at_once: int) -> RefreshDue:
    end_stale = EndStale(parts.database, parts.clock, parts.close_attempt, parts.pull_mode)
    return RefreshDue(
        parts.database,
        parts.clock,
        LookByList(parts.database, parts.stripe.sessions, parts.settle_order, end_stale, at_once),
        parts.settle_order,
        parts.look_at_order,
        parts.open_attempt,
        end_stale,
        at_once,
    )
