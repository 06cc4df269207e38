"""Name every part of the product once and join them. No rule of the product lives here."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property, partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.settings import Settings
from checkout_service.storage.prepared import ForMany
from checkout_service.stripe_gateway import API_VERSION
from checkout_service.use_cases import UseCases
from checkout_service.use_cases.admin import Admin, build_admin
from checkout_service.use_cases.admin.quarantine import Quarantine
from checkout_service.use_cases.admin.read_events import ReadEvents
from checkout_service.use_cases.checkout.cancel_order import CancelOrder
from checkout_service.use_cases.checkout.change_items import ChangeItems
from checkout_service.use_cases.checkout.free_later import FreeLater
from checkout_service.use_cases.checkout.hold_idempotency import HoldIdempotency
from checkout_service.use_cases.checkout.list_products import ListProducts
from checkout_service.use_cases.checkout.start_checkout import StartCheckout
from checkout_service.use_cases.checkout.start_intent import StartIntent
from checkout_service.use_cases.checkout.start_link import StartLink
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from checkout_service.use_cases.notify.read_feed import ReadFeed
from checkout_service.use_cases.notify.read_messages import ReadMessages
from checkout_service.use_cases.orders.open_portal import OpenPortal
from checkout_service.use_cases.orders.read_orders import ReadOrders
from checkout_service.use_cases.refunds.refund_order import RefundOrder
from checkout_service.use_cases.refunds.release_hold import ReleaseHold
from checkout_service.use_cases.refunds.take_money import TakeMoney
from checkout_service.use_cases.retention.copy_database import CopyDatabase
from checkout_service.use_cases.retention.erase_person import ErasePerson
from checkout_service.use_cases.retention.forget_old import ForgetOld
from checkout_service.use_cases.settle.adopt_session import AdoptSession
from checkout_service.use_cases.settle.confirm_payment import ConfirmPayment
from checkout_service.use_cases.settle.follow_subscription import FollowSubscription
from checkout_service.use_cases.settle.gathering import Gathering
from checkout_service.use_cases.settle.place_event import PlaceEvent
from checkout_service.use_cases.settle.poll_link import PollLink
from checkout_service.use_cases.settle.read_together import ReadTogether
from checkout_service.use_cases.settle.receive_event import ReceiveEvent
from checkout_service.use_cases.sweep.sweep import Sweep

from .ground import Ground
from .sweeping import build_sweep

if TYPE_CHECKING:
    from checkout_service.use_cases.doctor.doctor import Doctor


def build_use_cases(settings: Settings, engine: Engine, *, migration_head: str) -> UseCases:
    """Wire the floors together; nothing connects to anything yet. Raises BadCatalog."""
    return Parts(settings, engine, migration_head).use_cases


class Parts(Ground):
    """Each part of the product, made once, when something first needs it."""

    @cached_property
    def use_cases(self) -> UseCases:
        return UseCases(**{verb.name: getattr(self, verb.name) for verb in fields(UseCases)})

    # Three ways in.

    @cached_property
    def list_products(self) -> ListProducts:
        return ListProducts(self.catalog, self.stripe.prices)

    @cached_property
    def start_checkout(self) -> StartCheckout:
        return StartCheckout(
            self.database,
            self.clock,
            self.stripe.sessions,
            self.create_order,
            self.open_attempt,
            self.close_attempt,
            ChangeItems(self.database, self.create_order, self.open_attempt, self.close_attempt),
            self.look_at_order,
            self.pull_mode,
        )

    @cached_property
    def start_intent(self) -> StartIntent:
        return StartIntent(
            self.database,
            self.stripe.intents,
            self.create_order,
            self.open_attempt,
            self.settle_order,
            self.look_at_order,
            self.pull_mode,
        )

    @cached_property
    def start_link(self) -> StartLink:
        return StartLink(
            self.database, self.stripe.prices, self.clock, self.catalog, self.live, self.interval
        )

    @cached_property
    def adopt_session(self) -> AdoptSession:
        return AdoptSession(self.database, self.catalog, self.settle_order, self.start_link)

    # The buyer is back; Stripe speaks; nobody does.

    @cached_property
    def confirm_payment(self) -> ConfirmPayment:
        together = ReadTogether(self.database)
        return ConfirmPayment(
            self.database, together, self.look_at_order, self.clock, self.pull_mode
        )

    @cached_property
    def poll_link(self) -> PollLink:
        return PollLink(
            self.database,
            self.stripe.sessions,
            self.clock,
            self.look_at_order,
            self.confirm_payment,
            self.adopt_session,
            self.reads,
        )

    @cached_property
    def place_event(self) -> PlaceEvent:
        follow = FollowSubscription(self.clock, self.heard)
        return PlaceEvent(self.clock, follow, self.live, self.settings.stripe_context)

    @cached_property
    def receive_event(self) -> ReceiveEvent:
        return ReceiveEvent(
            self.database,
            self.stripe.event_reader,
            self.settle_order,
            self.place_event.follow_subscription,
            self.place_event,
            self.clock,
            API_VERSION,
            self.pull_mode,
            Gathering(
                partial(self.settle_order.settle_events, version=API_VERSION),
                most=ForMany.MOST,
                common=DatabaseUnavailable,
            ),
        )

    @cached_property
    def sweep(self) -> Sweep:
        return build_sweep(self)

    # The merchant acts.

    @cached_property
    def cancel_order(self) -> CancelOrder:
        return CancelOrder(
            self.database,
            self.settle_order,
            self.close_attempt,
            self.open_attempt,
            self.look_at_order,
            self.pull_mode,
        )

    @cached_property
    def refund_order(self) -> RefundOrder:
        return RefundOrder(
            self.database,
            self.settle_order,
            self.look_at_order,
            self.write_money,
            self.clock,
            self.pull_mode,
        )

    @cached_property
    def take_money(self) -> TakeMoney:
        return TakeMoney(
            self.database,
            self.settle_order,
            self.look_at_order,
            self.write_money,
            self.clock,
            self.pull_mode,
        )

    @cached_property
    def release_hold(self) -> ReleaseHold:
        return ReleaseHold(self.database, self.settle_order, self.look_at_order)

    @cached_property
    def quarantine(self) -> Quarantine:
        return Quarantine(self.database, self.clock, self.receive_event)

    # Reading, telling, keeping.

    @cached_property
    def open_portal(self) -> OpenPortal:
        return OpenPortal(self.database, self.stripe.portal, self.pull_mode)

    @cached_property
    def read_orders(self) -> ReadOrders:
        return ReadOrders(self.database)

    @cached_property
    def read_events(self) -> ReadEvents:
        return ReadEvents(self.database)

    @cached_property
    def read_messages(self) -> ReadMessages:
        return ReadMessages(self.database)

    @cached_property
    def read_feed(self) -> ReadFeed:
        return ReadFeed(self.database)

    @cached_property
    def hold_idempotency(self) -> HoldIdempotency:
        later = FreeLater(self.database, self.clock)
        return HoldIdempotency(self.database, self.clock, later)

    @cached_property
    def erase_person(self) -> ErasePerson:
        return ErasePerson(self.database, self.clock)

    @cached_property
    def forget_old(self) -> ForgetOld:
        return ForgetOld(self.database, self.clock)

    @cached_property
    def copy_database(self) -> CopyDatabase:
        return CopyDatabase(self.database, self.migration_head)

    @cached_property
    def deliver_outbox(self) -> DeliverOutbox:
        return DeliverOutbox(
            self.database,
            self.around.make_receivers(self.settings),
            self.clock,
            real_clock=self.real_clock,
            at_once=self.around.senders or self.settings.deliver_concurrency,
            at_most=self.around.senders or self.settings.deliver_at_most,
            kinds=frozenset(self.settings.notify_events) or None,
        )

    @cached_property
    def admin(self) -> Admin:
        return build_admin(
            self.database,
            self.clock,
            self.real_clock,
            self.deliver_outbox,
            self.stripe.balance,
            password=self.settings.admin_password,
            secret_key=self.settings.secret_key,
            time_zone=self.catalog.shop.time_zone,
            pull_mode=self.pull_mode,
            heard=self.heard,
        )

    def doctor(self) -> Doctor:
        """Call the doctor: with all the checks that he makes, and the web does not."""
        from .examining import build_doctor  # noqa: PLC0415 - as it says

        return build_doctor(self)
