"""Numbers that stand in a statement itself, where PostgreSQL must know them to plan it.

It plans once for whatever value may come: for a tenth of a table where a limit is unknown, for a
third of it where the beginning of a span of time is.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, BindParameter, literal


def said(number: int) -> BindParameter[int]:
    return literal(number, BigInteger, literal_execute=True)
