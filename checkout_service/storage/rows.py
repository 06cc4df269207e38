"""A row of any statement. SQLAlchemy types rows by column; our statements are read by name."""

from __future__ import annotations

from typing import Any, TypeAlias

AnyRow: TypeAlias = Any
