"""What an open order may cost by now: terms that Stripe was asked for, written down before.

They are kept with the order by their totals, what was asked for last at the end: where an answer is
missing, only Stripe's amount says which of them stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, func, literal_column, select, update

from checkout_service.domain.order.line import Line

from .orders import line_rows, lines_of, replace_lines
from .tables import orders

OFFERS = "offers"  # in the order's options, and the first of them: whoever reads it looks there
_MOST = 20
_o = orders.c
_BEGINNING = f'{{"{OFFERS}"'
_begins = func.substr(_o.options, literal_column("1"), literal_column(str(len(_BEGINNING))))
OFFERED = case((_begins == literal_column(f"'{_BEGINNING}'"), _o.options))
"""The options of an order that was priced anew: all others are long, and nobody's business."""


def offered(options: str) -> str | None:
    """Give what `OFFERED` gives of an order's options."""
    return options if options.startswith(_BEGINNING) else None


def offer(connection: Connection, order_id: str, lines: Sequence[Line]) -> None:
    """Write down what the order will cost if Stripe says so; the same total needs no word of it."""
    row = connection.execute(
        select(_o.options, _o.amount_total, _o.currency).where(_o.id == order_id).with_for_update()
    ).one()
    options = json.loads(row.options)
    total = sum(line.amount for line in lines)
    first = _terms(order_id, lines_of(connection, order_id, row.currency))
    before = [terms for terms in options.get(OFFERS, [first]) if terms["total"] != total]
    offers = [*before, _terms(order_id, lines)][-_MOST:]
    options = {OFFERS: offers, **{name: value for name, value in options.items() if name != OFFERS}}
    if total == row.amount_total:
        replace_lines(connection, order_id, lines)
    connection.execute(
        update(orders)
        .where(_o.id == order_id)
        .values(options=json.dumps(options), version=_o.version + 1)
    )


def last_offer(options: Mapping[str, Any]) -> int | None:
    """Return the total that Stripe was asked for last; None if the cart never changed."""
    offers = options.get(OFFERS)
    return int(offers[-1]["total"]) if offers else None


def _terms(order_id: str, lines: Sequence[Line]) -> dict[str, Any]:
    total = sum(line.amount for line in lines)
    return {"total": total, "lines": line_rows(order_id, lines)}
