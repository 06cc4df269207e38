"""Named staff besides the owner: their role, and the hash of their password."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from checkout_service.domain.staff import Role
from checkout_service.domain.views.admin import StaffMember
from checkout_service.storage.tables import staff
from checkout_service.storage.upsert import upsert

from . import admin_sessions, one_time_codes

_s = staff.c


def role_of(connection: Connection, name: str) -> Role | None:
    role = connection.execute(select(_s.role).where(_s.name == name)).scalar()
    return None if role is None else Role(role)


def password_hash(connection: Connection, name: str) -> str | None:
    return connection.execute(select(_s.password_hash).where(_s.name == name)).scalar()


def put(connection: Connection, name: str, role: Role, password_hash: str, *, now: int) -> None:
    """Take somebody in, or give somebody who is here another role and password."""
    row = {"name": name, "role": role.value, "password_hash": password_hash, "created_at": now}
    upsert(connection, staff, row, ["name"])


def everybody(connection: Connection) -> tuple[StaffMember, ...]:
    seen = admin_sessions.last_seen(connection)
    with_code = one_time_codes.names(connection)
    found = connection.execute(select(_s.name, _s.role, _s.created_at).order_by(_s.name))
    return tuple(
        StaffMember(
            row.name, Role(row.role), row.created_at, seen.get(row.name), row.name in with_code
        )
        for row in found
    )


def remove(connection: Connection, name: str) -> bool:
    return connection.execute(delete(staff).where(_s.name == name)).rowcount == 1
