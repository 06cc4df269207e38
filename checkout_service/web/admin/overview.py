"""The first page: is money coming in, are the webhooks well, does anything wait for a person."""

from __future__ import annotations

from flask import render_template

from checkout_service.web.context import shop

from .blueprint import admin, bp
from .charts import chart

# In the order of an order's life; every order is in exactly one, so that a row adds up.
_STANDINGS = ("pending", "processing", "failed", "expired", "canceled")


@bp.get("/")
def overview() -> str:
    figures = admin().figures.read()
    month = figures.periods[-1]
    return render_template(
        "admin/overview.html",
        figures=figures,
        health=admin().status.read(),
        charts=[chart(takings, figures.midnights) for takings in month.takings],
        standings=_STANDINGS,
        zone=shop().time_zone,
    )
