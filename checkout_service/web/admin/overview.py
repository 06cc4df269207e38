"""The first page: is money coming in, are the webhooks well, does anything wait for a person."""

from __future__ import annotations

from flask import render_template

from .blueprint import admin, bp
from .charts import bars


@bp.get("/")
def overview() -> str:
    figures = admin().figures.read()
    month = figures.periods[-1]
    charts = {takings.currency: bars(takings.by_day, figures.today) for takings in month.takings}
    return render_template(
        "admin/overview.html", figures=figures, health=admin().status.read(), charts=charts
    )
