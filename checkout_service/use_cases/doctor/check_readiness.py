"""Check that this process can do its work: the database answers and its schema is at head."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from checkout_service.domain.errors import DatabaseUnavailable
from checkout_service.storage.database import Database


@dataclass(frozen=True, slots=True)
class CheckReadiness:
    database: Database
    head: str

    def check(self) -> list[str]:
        """Name what is not ready; an empty list means ready."""
        try:
            with self.database.read() as connection:
                at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except DatabaseUnavailable as error:
            missing = "no such table" in str(error.__cause__)
            return ["migrations"] if missing else ["database"]
        except ProgrammingError:  # PostgreSQL: the table does not exist yet
            return ["migrations"]
        return [] if at == self.head else ["migrations"]
