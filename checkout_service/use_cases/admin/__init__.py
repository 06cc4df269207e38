"""What only the merchant's admin does, as one part of the product's verbs."""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ports.balance import Balance
from checkout_service.storage.database import Database
from checkout_service.use_cases.notify.deliver import DeliverOutbox
from checkout_service.use_cases.orders.note_order import NoteOrder
from checkout_service.use_cases.orders.ship_order import ShipOrder

from .find_orders import FindOrders
from .guesses import Guesses
from .keep_audit import KeepAudit
from .keep_staff import KeepStaff
from .one_time_codes import OneTimeCodes
from .passwords import Passwords
from .read_day import ReadDay
from .read_disputes import ReadDisputes
from .read_figures import ReadFigures
from .read_metrics import ReadMetrics
from .read_status import ReadStatus
from .read_work import ReadWork
from .sign_in import SignIn


@frozen
class Admin:
    sign_in: SignIn
    audit: KeepAudit
    figures: ReadFigures
    day: ReadDay
    status: ReadStatus
    metrics: ReadMetrics
    find_orders: FindOrders
    disputes: ReadDisputes
    work: ReadWork
    ship_order: ShipOrder
    note_order: NoteOrder
    staff: KeepStaff


def build_admin(
    database: Database,
    clock: Clock,
    real_clock: Clock,
    deliver_outbox: DeliverOutbox,
    balance: Balance,
    *,
    password: str | None,
    secret_key: str,
    time_zone: str,
    pull_mode: bool,
    heard: bool,
) -> Admin:
    passwords, audit = Passwords(password), KeepAudit(database, clock)
    codes, guesses = OneTimeCodes(secret_key), Guesses(database, real_clock)
    return Admin(
        sign_in=SignIn(database, real_clock, passwords, codes, guesses),
        audit=audit,
        staff=KeepStaff(database, real_clock, passwords, codes, audit),
        figures=ReadFigures(database, clock, time_zone),
        day=ReadDay(database, clock, balance, time_zone, pull_mode),
        status=ReadStatus(database, clock, deliver_outbox),
        metrics=ReadMetrics(database, clock, deliver_outbox),
        find_orders=FindOrders(database),
        disputes=ReadDisputes(database),
        work=ReadWork(database, clock),
        ship_order=ShipOrder(database, clock, heard),
        note_order=NoteOrder(database, clock),
    )
