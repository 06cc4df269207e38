"""The first page: is money coming in, are the webhooks well, does anything wait for a person."""

from __future__ import annotations

from flask import render_template

from .blueprint import bp, desk
from .charts import bars


@bp.get("/")
def overview() -> str:
    figures = desk().figures()
    month = figures.periods[-1]
    charts = {takings.currency: bars(takings.by_day, figures.today) for takings in month.takings}
    return render_template(
        "admin/overview.html", figures=figures, health=desk().health(), charts=charts
    )
