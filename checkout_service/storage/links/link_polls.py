"""What a poll of a Payment Link must know before it may look at Stripe, in one statement."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, literal_column, select

from checkout_service.domain.frozen import frozen
from checkout_service.domain.status import AttemptKind
from checkout_service.storage.look_chances import CHANCE, LookChance
from checkout_service.storage.prepared import Prepared
from checkout_service.storage.tables import attempts, orders


@frozen
class Standing:
    """The order of a reference, who looks it up, and whose session was brought."""

    order_id: str
    order_of_session: str | None
    chance: LookChance


_a = attempts.c
_claimed = attempts.alias("claimed")
# Whoever stole a reference came later than the order that it was made for.
_STANDING = (
    select(
        _a.order_id,
        select(_claimed.c.order_id)
        .where(_claimed.c.session_id == bindparam("b_session"))
        .correlate(None)
        .scalar_subquery()
        .label("order_of_session"),
        *CHANCE,
    )
    .join(orders, orders.c.id == _a.order_id)
    .where(
        _a.reference == bindparam("b_reference"),
        _a.link_id.is_not(None),
        _a.kind == literal_column(f"'{AttemptKind.LINK}'"),
    )
    .order_by(_a.created_at, _a.seq)
    .limit(literal_column("1"))
)
_READ = Prepared({"postgresql": _STANDING, "sqlite": _STANDING})


def standing(connection: Connection, reference: str, session_id: str | None) -> Standing | None:
    """Name the order of a reference and of a session; tell who looks, and how busy reads are."""
    found = _READ.rows(connection, {"b_reference": reference, "b_session": session_id})
    if not found:
        return None
    order_id, order_of_session, *chance = found[0]
    return Standing(order_id, order_of_session, LookChance(*chance))
