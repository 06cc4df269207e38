"""Name every part of the product once and join them. No rule of the product lives here."""

from __future__ import annotations

from sqlalchemy import Engine

from checkout_service.domain.catalog import load_catalog
from checkout_service.domain.clock import SECOND, SystemClock
from checkout_service.merchant_gateway import build_receiver
from checkout_service.settings import Settings
from checkout_service.storage.database import Database
from checkout_service.stripe_gateway import API_VERSION, build_gateway
from checkout_service.use_cases import UseCases
from checkout_service.use_cases.adopt_session import AdoptSession
from checkout_service.use_cases.cancel_order import CancelOrder
from checkout_service.use_cases.check_readiness import CheckReadiness
from checkout_service.use_cases.close_session import CloseSession
from checkout_service.use_cases.confirm_payment import ConfirmPayment
from checkout_service.use_cases.deliver_outbox import DeliverOutbox
from checkout_service.use_cases.desk import build_desk
from checkout_service.use_cases.draft_order import DraftOrder
from checkout_service.use_cases.hold_idempotency import HoldIdempotency
from checkout_service.use_cases.list_products import ListProducts
from checkout_service.use_cases.look_at_due import LookAtDue
from checkout_service.use_cases.open_attempt import OpenAttempt
from checkout_service.use_cases.poll_link import PollLink
from checkout_service.use_cases.read_allowance import ReadAllowance
from checkout_service.use_cases.read_events import ReadEvents
from checkout_service.use_cases.read_links import ReadLinks
from checkout_service.use_cases.read_messages import ReadMessages
from checkout_service.use_cases.read_orders import ReadOrders
from checkout_service.use_cases.receive_event import ReceiveEvent
from checkout_service.use_cases.refund_order import RefundOrder
from checkout_service.use_cases.release_hold import ReleaseHold
from checkout_service.use_cases.settle_order import SettleOrder
from checkout_service.use_cases.start_checkout import StartCheckout
from checkout_service.use_cases.start_intent import StartIntent
from checkout_service.use_cases.start_link import StartLink
from checkout_service.use_cases.sweep import Sweep

# Beyond this share of a worker's threads a call to Stripe is refused at once: a Stripe that
# hangs must not stop the webhooks.
_STRIPE_SHARE = 3 / 4


def build_use_cases(settings: Settings, engine: Engine, *, migration_head: str) -> UseCases:
    """Wire the floors together; nothing connects to anything yet. Raises BadCatalog."""
    database = Database(engine)
    clock = SystemClock(settings.clock_offset_file)
    interval = int(settings.sweep_interval_seconds * SECOND)
    live, pull_mode = settings.live, settings.pull_mode
    catalog = load_catalog(settings.catalog_file)
    reads = ReadAllowance(database, SystemClock(), settings.stripe_reads_per_second)
    gateway = build_gateway(
        secret_key=settings.stripe_secret_key,
        webhook_secrets=settings.stripe_webhook_secret,
        api_base=settings.stripe_api_base,
        take_read=reads.take,
        slots=max(1, int(settings.web_threads * _STRIPE_SHARE)),
        live=live,
    )
    receiver = build_receiver(
        settings.notify_url,
        settings.notify_secret,
        allow_private=settings.notify_allow_private,
        live=live,
    )
    settle_order = SettleOrder(database, gateway, clock, interval)
    draft_order = DraftOrder(
        database, gateway, clock, catalog, settings.public_base_url, live, interval
    )
    open_attempt = OpenAttempt(database, gateway, settle_order)
    close_session = CloseSession(database, gateway, settle_order)
    receive_event = ReceiveEvent(
        database, gateway, settle_order, clock, API_VERSION, live=live, pull_mode=pull_mode
    )
    refund_order = RefundOrder(database, gateway, settle_order, clock, pull_mode)
    start_link = StartLink(database, gateway, clock, catalog, live, interval)
    adopt_session = AdoptSession(database, catalog, settle_order, start_link)
    confirm_payment = ConfirmPayment(database, settle_order)
    read_links = ReadLinks(database, gateway, clock, catalog, adopt_session)
    look_at_due = LookAtDue(database, gateway, clock, settle_order, open_attempt)
    deliver_outbox = DeliverOutbox(database, receiver, clock)
    return UseCases(
        list_products=ListProducts(catalog, gateway),
        start_checkout=StartCheckout(
            database, clock, draft_order, open_attempt, close_session, settle_order, pull_mode
        ),
        start_intent=StartIntent(
            database, gateway, draft_order, open_attempt, settle_order, pull_mode
        ),
        start_link=start_link,
        confirm_payment=confirm_payment,
        poll_link=PollLink(database, gateway, clock, settle_order, confirm_payment, adopt_session),
        close_session=close_session,
        cancel_order=CancelOrder(
            database, gateway, settle_order, close_session, open_attempt, pull_mode
        ),
        refund_order=refund_order,
        release_hold=ReleaseHold(database, settle_order),
        read_orders=ReadOrders(database),
        read_events=ReadEvents(database),
        read_messages=ReadMessages(database),
        receive_event=receive_event,
        settle_order=settle_order,
        hold_idempotency=HoldIdempotency(database, clock),
        sweep=Sweep(
            database,
            gateway,
            clock,
            read_links,
            look_at_due,
            receive_event,
            refund_order,
            pull_mode,
        ),
        deliver_outbox=deliver_outbox,
        check_readiness=CheckReadiness(database, migration_head),
        desk=build_desk(database, clock, deliver_outbox),
    )
