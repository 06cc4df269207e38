"""What only the merchant's desk does, as one part of the product's verbs."""

from __future__ import annotations

from dataclasses import dataclass

from checkout_service.domain.clock import Clock
from checkout_service.storage.database import Database
from checkout_service.use_cases.notify.deliver import DeliverOutbox

from .find_orders import FindOrders
from .keep_audit import KeepAudit
from .read_figures import ReadFigures
from .read_health import ReadHealth
from .read_metrics import ReadVitals
from .sign_in import SignIn


@dataclass(frozen=True, slots=True)
class Desk:
    sign_in: SignIn
    audit: KeepAudit
    figures: ReadFigures
    health: ReadHealth
    vitals: ReadVitals
    find_orders: FindOrders


def build_desk(
    database: Database, clock: Clock, real_clock: Clock, deliver_outbox: DeliverOutbox
) -> Desk:
    return Desk(
        sign_in=SignIn(database, real_clock),
        audit=KeepAudit(database, clock),
        figures=ReadFigures(database, clock),
        health=ReadHealth(database, clock, deliver_outbox),
        vitals=ReadVitals(database, clock, deliver_outbox),
        find_orders=FindOrders(database),
    )
