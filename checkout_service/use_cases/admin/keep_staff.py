"""Who may sign in besides the owner, and the way back in when the door is besieged."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from checkout_service.domain import ids
from checkout_service.domain.clock import MINUTE, Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.staff import COMMAND_LINE, OWNER, Role, staff_name
from checkout_service.domain.views.admin import StaffMember
from checkout_service.storage.admin import admin_devices, admin_sessions, one_time_codes, staff
from checkout_service.storage.database import Database, Transaction

from .guesses import DEVICE_LIFE, digest_of
from .keep_audit import Act, KeepAudit
from .one_time_codes import OneTimeCodes
from .passwords import Passwords

_LET_AHEAD_FOR = 15 * MINUTE
_PASSWORD_BYTES = 15  # 120 bits, 20 characters


@frozen
class KeepStaff:
    """For the command line: whoever holds that holds the database. Each act is in the audit."""

    database: Database
    clock: Clock
    passwords: Passwords
    codes: OneTimeCodes
    audit: KeepAudit

    def add(self, name: str, role: Role) -> str:
        """Take somebody in and return the password, shown this once.

        Of somebody who is here already, role and password are replaced and sessions end.
        """
        name, password = staff_name(name), secrets.token_urlsafe(_PASSWORD_BYTES)
        hashed, now = self.passwords.hash(password), self.clock.now()

        def put(connection: Transaction) -> None:
            _turn_out(connection, name, now)
            staff.put(connection, name, role, hashed, now=now)

        self._record("staff.add", name, put, detail=f"role {role}")
        return password

    def list(self) -> tuple[StaffMember, ...]:
        """List the owner and everybody else."""
        with self.database.read() as connection:
            seen = admin_sessions.last_seen(connection)
            others = staff.everybody(connection)
            has_code = OWNER in one_time_codes.names(connection)
        return (StaffMember(OWNER, Role.ALL, None, seen.get(OWNER), has_code), *others)

    def remove(self, name: str) -> None:
        """Let somebody in no more, from this moment on. Raises NotFound."""
        name, now = staff_name(name), self.clock.now()

        def drop(connection: Transaction) -> None:
            _turn_out(connection, name, now)
            one_time_codes.remove(connection, name)
            if not staff.remove(connection, name):
                raise NotFound

        self._record("staff.remove", name, drop)

    def ask_for_code(self, name: str, *, issuer: str) -> str:
        """Ask for a code besides the password from now on; return what an app is told, this once.

        Whoever is signed in by that name is out. An app told before is of no use any more.
        Raises NotFound if nobody has that name.
        """
        seed, now = self.codes.new_seed(), self.clock.now()

        def ask(connection: Transaction) -> None:
            _demand(connection, name)
            admin_sessions.end_sessions_of(connection, name, now=now)
            one_time_codes.put(connection, name, seed, now=now)

        self._record("staff.totp", name, ask)
        return self.codes.uri(seed, name=name, issuer=issuer)

    def ask_for_no_code(self, name: str) -> None:
        """Ask for the password alone: the way back in without the app. Raises NotFound."""

        def ask_no_more(connection: Transaction) -> None:
            if not one_time_codes.remove(connection, name):
                raise NotFound

        self._record("staff.totp_off", name, ask_no_more)

    def unlock(self, name: str = OWNER) -> str:
        """Forget all guesses; return what lets one browser ahead of strangers for 15 minutes.

        Raises NotFound if nobody has that name.
        """
        token, now = secrets.token_urlsafe(32), self.clock.now()

        def let_ahead(connection: Transaction) -> None:
            _demand(connection, name)
            admin_sessions.free_all_guesses(connection)
            admin_devices.free_guesses_of(connection, name)
            until = now - DEVICE_LIFE + _LET_AHEAD_FOR
            admin_devices.keep(
                connection, digest_of(token), who=name, created_at=now, seen_at=until
            )

        self._record("staff.unlock", name, let_ahead)
        return token

    def _record(
        self, action: str, name: str, work: Callable[[Transaction], None], *, detail: str = ""
    ) -> None:
        def do() -> str:
            self.database.write(work)
            return detail

        self.audit.record(Act(ids.new_id("non"), "", action, name, None, COMMAND_LINE), do)


def _demand(connection: Transaction, name: str) -> None:
    if name != OWNER and staff.role_of(connection, name) is None:
        raise NotFound


def _turn_out(connection: Transaction, name: str, now: int) -> None:
    admin_sessions.end_sessions_of(connection, name, now=now)
    admin_devices.forget_of(connection, name)
