"""Everything the product can do, as one frozen list. One file, one verb; no HTTP, no SDK.

Every door to an order's status leads through `settle_order`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from checkout_service.domain.frozen import frozen

from .admin import Admin
from .admin.quarantine import Quarantine
from .admin.read_events import ReadEvents
from .checkout.cancel_order import CancelOrder
from .checkout.expire_session import ExpireSession
from .checkout.hold_idempotency import HoldIdempotency
from .checkout.list_products import ListProducts
from .checkout.start_checkout import StartCheckout
from .checkout.start_intent import StartIntent
from .checkout.start_link import StartLink
from .checkout.update_items import UpdateItems
from .doctor.check_readiness import CheckReadiness
from .notify.deliver import DeliverOutbox
from .notify.read_feed import ReadFeed
from .notify.read_messages import ReadMessages
from .orders.open_portal import OpenPortal
from .orders.read_orders import ReadOrders
from .refunds.refund_order import RefundOrder
from .refunds.release_hold import ReleaseHold
from .refunds.take_money import TakeMoney
from .retention.copy_database import CopyDatabase
from .retention.erase_person import ErasePerson
from .retention.forget_old import ForgetOld
from .settle.confirm_payment import ConfirmPayment
from .settle.look_at_order import LookAtOrder
from .settle.poll_link import PollLink
from .settle.receive_event import ReceiveEvent
from .sweep.sweep import Sweep

if TYPE_CHECKING:
    from .doctor.doctor import Doctor


@frozen
class UseCases:
    """The product's verbs, wired once in `create_app`."""

    list_products: ListProducts
    start_checkout: StartCheckout
    start_intent: StartIntent
    start_link: StartLink
    update_items: UpdateItems
    confirm_payment: ConfirmPayment
    poll_link: PollLink
    expire_session: ExpireSession
    cancel_order: CancelOrder
    refund_order: RefundOrder
    take_money: TakeMoney
    release_hold: ReleaseHold
    read_orders: ReadOrders
    open_portal: OpenPortal
    read_events: ReadEvents
    read_messages: ReadMessages
    read_feed: ReadFeed
    receive_event: ReceiveEvent
    look_at_order: LookAtOrder
    quarantine: Quarantine
    hold_idempotency: HoldIdempotency
    sweep: Sweep
    erase_person: ErasePerson
    forget_old: ForgetOld
    copy_database: CopyDatabase
    deliver_outbox: DeliverOutbox
    check_readiness: CheckReadiness
    admin: Admin
    doctor: Callable[[], Doctor]  # its command alone asks for it, and loads it
