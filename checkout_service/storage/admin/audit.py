"""What was done in the admin: an entry is begun before the act, and finished after it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, tuple_, update

from checkout_service.domain.views.admin import AuditEntry
from checkout_service.storage.tables import admin_audit
from checkout_service.storage.upsert import insert_once

_a = admin_audit.c
_ENTRY = (
    _a.id, _a.who, _a.address, _a.action, _a.subject, _a.order_id, _a.outcome, _a.told, _a.at,
    _a.finished_at,
)  # fmt: skip


def begin(connection: Connection, row: dict[str, Any]) -> bool:
    """Write an entry; False if this nonce has one already."""
    return insert_once(connection, admin_audit, row)


def take_over(connection: Connection, nonce: str, *, now: int, stuck_since: int) -> bool:
    """Begin an act once more whose outcome nobody knows, or whose process is gone."""
    again = (_a.outcome == "unknown") | ((_a.outcome == "started") & (_a.at < stuck_since))
    result = connection.execute(
        update(admin_audit).where(_a.nonce == nonce, again).values(outcome="started", at=now)
    )
    return result.rowcount == 1


def by_nonce(connection: Connection, nonce: str) -> AuditEntry | None:
    row = connection.execute(select(*_ENTRY).where(_a.nonce == nonce)).one_or_none()
    return None if row is None else AuditEntry(*tuple(row))


def finish(connection: Connection, nonce: str, *, outcome: str, detail: str, now: int) -> None:
    connection.execute(
        update(admin_audit)
        .where(_a.nonce == nonce)
        .values(outcome=outcome, told=detail, finished_at=now)
    )


def page(
    connection: Connection, *, order_id: str | None, before: tuple[int, str] | None, limit: int
) -> list[AuditEntry]:
    statement = select(*_ENTRY).order_by(_a.at.desc(), _a.id.desc()).limit(limit)
    if order_id is not None:
        statement = statement.where(_a.order_id == order_id)
    if before is not None:
        statement = statement.where(tuple_(_a.at, _a.id) < before)
    return [AuditEntry(*tuple(row)) for row in connection.execute(statement)]
