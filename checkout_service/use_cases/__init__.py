"""Everything the product can do, as one frozen list. One file, one verb; no HTTP, no SDK.

Every door to an order's status leads through `settle_order`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .cancel_order import CancelOrder
from .check_readiness import CheckReadiness
from .close_session import CloseSession
from .confirm_payment import ConfirmPayment
from .deliver_outbox import DeliverOutbox
from .desk import Desk
from .doctor import Doctor
from .hold_idempotency import HoldIdempotency
from .list_products import ListProducts
from .look_at_order import LookAtOrder
from .poll_link import PollLink
from .quarantine import Quarantine
from .read_events import ReadEvents
from .read_messages import ReadMessages
from .read_orders import ReadOrders
from .receive_event import ReceiveEvent
from .refund_order import RefundOrder
from .release_hold import ReleaseHold
from .start_checkout import StartCheckout
from .start_intent import StartIntent
from .start_link import StartLink
from .sweep import Sweep


@dataclass(frozen=True, slots=True)
class UseCases:
    """The product's verbs, wired once in `create_app`."""

    list_products: ListProducts
    start_checkout: StartCheckout
    start_intent: StartIntent
    start_link: StartLink
    confirm_payment: ConfirmPayment
    poll_link: PollLink
    close_session: CloseSession
    cancel_order: CancelOrder
    refund_order: RefundOrder
    release_hold: ReleaseHold
    read_orders: ReadOrders
    read_events: ReadEvents
    read_messages: ReadMessages
    receive_event: ReceiveEvent
    look_at_order: LookAtOrder
    quarantine: Quarantine
    hold_idempotency: HoldIdempotency
    sweep: Sweep
    deliver_outbox: DeliverOutbox
    check_readiness: CheckReadiness
    desk: Desk
    doctor: Doctor
