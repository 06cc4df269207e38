"""What every part of the product stands on: database, clock, Stripe, and the one room."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from sqlalchemy import Engine

from checkout_service.domain.catalog import Catalog, load_catalog
from checkout_service.domain.catalog.branding import Branding
from checkout_service.domain.clock import SECOND
from checkout_service.settings import Settings
from checkout_service.storage.database import Database
from checkout_service.stripe_gateway import LOCALES, StripeParts, build_stripe
from checkout_service.use_cases.checkout.close_attempt import CloseAttempt
from checkout_service.use_cases.checkout.create_order import CreateOrder
from checkout_service.use_cases.checkout.expire_session import ExpireSession
from checkout_service.use_cases.checkout.find_customer import FindCustomer
from checkout_service.use_cases.checkout.open_attempt import OpenAttempt
from checkout_service.use_cases.checkout.update_items import UpdateItems
from checkout_service.use_cases.doctor.check_readiness import CheckReadiness
from checkout_service.use_cases.refunds.write_money import WriteMoney
from checkout_service.use_cases.settle.earlier_events import EarlierEvents
from checkout_service.use_cases.settle.look_at_order import LookAtOrder
from checkout_service.use_cases.settle.read_allowance import ReadAllowance
from checkout_service.use_cases.settle.settle_order import SettleOrder
from checkout_service.use_cases.settle.write_together import WriteTogether

from .surroundings import Surroundings, real_surroundings
from .words import say

# Beyond this share of a worker's threads a call to Stripe waits, or is refused: a Stripe that hangs
# must not stop the webhooks.
_STRIPE_SHARE = 3 / 4


class Ground:
    """Parts that the others stand on, made once, when something first needs them."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        migration_head: str,
        around: Surroundings | None = None,
    ) -> None:
        self.settings = settings
        self.migration_head = migration_head
        self.around = around or real_surroundings(settings)
        self.clock, self.real_clock = self.around.clock, self.around.real_clock
        self.database = Database(
            engine, watch=self.around.watch, clock=self.real_clock, rings=self.around.rings
        )
        self.interval = int(settings.sweep_interval_seconds * SECOND)
        self.heard = bool(settings.notify_url)
        self.live, self.pull_mode = settings.live, settings.pull_mode
        self.catalog = _catalog_of(settings)
        # The ceiling counts real seconds, whatever a drill's clock says.
        self.reads = ReadAllowance(self.database, self.real_clock, settings.stripe_reads_per_second)
        self.stripe = self._stripe()

    def _stripe(self) -> StripeParts:
        settings = self.settings
        return build_stripe(
            secret_key=settings.stripe_secret_key,
            webhook_secrets=settings.signing_secrets,
            api_base=settings.stripe_api_base,
            take_read=self.reads.take,
            slots=max(1, int(settings.web_threads * _STRIPE_SHARE)),
            live=self.live,
            clock=self.clock,
            real_clock=self.real_clock,
            reads_charges=not self.pull_mode,
            make_transport=self.around.make_transport,
            context=settings.stripe_context,
        )

    @cached_property
    def check_readiness(self) -> CheckReadiness:
        return CheckReadiness(self.database, self.migration_head)

    # The one room, and what opens and closes attempts.

    @cached_property
    def write_together(self) -> WriteTogether:
        return WriteTogether(self.database)

    @cached_property
    def settle_order(self) -> SettleOrder:
        earlier = EarlierEvents(self.stripe.event_reader)
        return SettleOrder(
            self.database, earlier, self.clock, self.interval, self.heard, self.write_together
        )

    @cached_property
    def look_at_order(self) -> LookAtOrder:
        return LookAtOrder(
            self.database,
            self.stripe.sessions,
            self.stripe.intents,
            self.clock,
            self.settle_order,
            self.reads,
        )

    @cached_property
    def write_money(self) -> WriteMoney:
        stripe = self.stripe
        return WriteMoney(
            self.database, stripe.sessions, stripe.intents, stripe.refunds, self.clock
        )

    @cached_property
    def close_attempt(self) -> CloseAttempt:
        return CloseAttempt(self.database, self.write_money, self.settle_order, self.look_at_order)

    @cached_property
    def open_attempt(self) -> OpenAttempt:
        return OpenAttempt(
            self.database,
            self.stripe.sessions,
            self.stripe.intents,
            self.settle_order,
            self.close_attempt,
            self.clock,
        )

    @cached_property
    def create_order(self) -> CreateOrder:
        return CreateOrder(
            self.database,
            self.stripe.prices,
            self.clock,
            self.catalog,
            self.settings.public_base_url,
            self.live,
            self.interval,
            self.settings.intent_life_seconds * SECOND,
            FindCustomer(self.database, self.stripe.customers, self.live),
            Branding(self.catalog.shop, say),
            self.write_together,
        )

    @cached_property
    def update_items(self) -> UpdateItems:
        return UpdateItems(
            self.database,
            self.stripe.sessions,
            self.create_order,
            self.settle_order,
            self.close_attempt,
            self.pull_mode,
        )

    @cached_property
    def expire_session(self) -> ExpireSession:
        return ExpireSession(self.database, self.close_attempt, self.pull_mode)


def _catalog_of(settings: Settings) -> Catalog:
    """Read the catalog; what the settings say of the shop goes first. Raises BadCatalog."""
    catalog = load_catalog(settings.catalog_file, locales=LOCALES)
    shop = replace(
        catalog.shop,
        name=settings.shop_name or catalog.shop.name,
        support_email=settings.support_email or catalog.shop.support_email,
    )
    return replace(catalog, shop=shop)
