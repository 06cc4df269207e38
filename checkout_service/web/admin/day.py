"""The statement of a day: what came and went, beside what Stripe's balance says of it if asked."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from flask import Response, render_template, request

from checkout_service.domain.staff import Role
from checkout_service.domain.views.day import KINDS, StripesDay, Sum
from checkout_service.web.context import settings, shop

from .blueprint import admin, bp, demand
from .list_filter import read_day

_NOTHING = dict.fromkeys(KINDS, Sum())
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
                (kind, here.get(currency, _NOTHING)[kind], there.get(currency, _NOTHING)[kind])
                for kind in KINDS
            ]
            for currency in sorted({*here, *there})
        },
        before=wanted - timedelta(days=1),
        after=None if wanted >= admin().day.today() else wanted + timedelta(days=1),
        zone=shop().time_zone,
        may_compare=not settings().pull_mode,
    )


def _asked() -> date:
    """Return the day that is asked for; what is no day is today."""
    return read_day(request.values.get("day", "")) or admin().day.today()
