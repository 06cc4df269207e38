"""The statement of a day: what came and went, beside what Stripe's balance says of it if asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from flask import Response, render_template, request

from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.staff import Role
from checkout_service.domain.views.day import KINDS, TO_THE_BANK, StripesDay, Sum, Sums
from checkout_service.web.context import settings, shop

from .blueprint import admin, bp, demand
from .list_filter import no_day, read_day

# What Stripe's own words for a movement mean to a shop.
_SAID = {
    "refund_failure": "a refund that did not arrive, its money is back",
    "dispute_reversal": "a dispute that was won, its money is back",
    "charge_failure": "a payment that was booked and failed later",
}
_COLUMNS = ("day", "time_zone", "currency", "kind", "count", "amount")


@bp.get("/day")
def day() -> str:
    return _page(_asked())


@bp.post("/day")
def compare() -> str:
    """Read the day's movements at Stripe and show them beside ours."""
    demand(Role.REFUND)
    wanted = _asked()
    return _page(wanted, admin().day.at_stripe(wanted))


@bp.get("/day.csv")
def day_as_csv() -> Response:
    """Write the statement for a spreadsheet; amounts are minor units."""
    statement, out, zone = admin().day.statement(_asked()), io.StringIO(), shop().time_zone
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for currency, kinds in statement.sums.items():
        for kind, one in kinds.items():
            writer.writerow((statement.day, zone, currency, kind, one.count, one.amount))
    response = Response(out.getvalue(), mimetype="text/csv")
    name = f"day-{statement.day}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(wanted: date, stripes: StripesDay | None = None) -> str:
    statement = admin().day.statement(wanted)
    here, there = statement.sums, stripes.sums if stripes else {}
    return render_template(
        "admin/day.html",
        statement=statement,
        stripes=stripes,
        rows={
            currency: [
                (kind, *(side.get(currency, {}).get(kind, Sum()) for side in (here, there)))
                for kind in _kinds(there.get(currency, ()))
            ]
            for currency in sorted({*here, *there})
        },
        to_the_bank=_to_the_bank(there),
        said=_SAID,
        before=wanted - timedelta(days=1),
        after=None if wanted >= admin().day.today() else wanted + timedelta(days=1),
        zone=shop().time_zone,
        may_compare=not settings().pull_mode,
    )


def _kinds(theirs: Iterable[str]) -> list[str]:
    """List our kinds, then what else Stripe moved that day."""
    return [*KINDS, *sorted({*theirs} - {*KINDS} - TO_THE_BANK)]


def _to_the_bank(there: Sums) -> dict[str, Sum]:
    """Sum by currency what moved between the balance and the bank."""
    moved = {
        currency: sum((one for kind, one in kinds.items() if kind in TO_THE_BANK), start=Sum())
        for currency, kinds in there.items()
    }
    return {currency: one for currency, one in moved.items() if one.count}


def _asked() -> date:
    """Return the day that is asked for, today if none is. Raises InvalidInput for what is none."""
    text = request.values.get("day", "").strip()
    day = read_day(text) if text else admin().day.today()
    if day is None:
        raise InvalidInput([Fault("day", no_day(text))])
    return day
