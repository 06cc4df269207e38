"""What waits for a person: held orders, what was set aside, money on cards about to be let go."""

from __future__ import annotations

from flask import render_template

from checkout_service.web.context import use_cases

from .blueprint import admin, bp

_A_LIST = 100


@bp.get("/holds")
def holds() -> str:
    return render_template("admin/holds.html", found=admin().work.held(limit=_A_LIST), most=_A_LIST)


@bp.get("/quarantine")
def quarantine() -> str:
    found = use_cases().quarantine.list(limit=_A_LIST)
    return render_template("admin/quarantine.html", quarantined=found)


@bp.get("/authorisations")
def authorisations() -> str:
    return render_template(
        "admin/authorisations.html",
        found=admin().work.ending(limit=_A_LIST),
        now=admin().status.clock.now(),
    )
