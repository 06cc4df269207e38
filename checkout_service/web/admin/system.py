"""How the service is set up and what was done in the admin; keys show their beginnings only."""

from __future__ import annotations

import platform
from importlib.metadata import version

from flask import render_template

from checkout_service.domain.staff import Role
from checkout_service.settings import Settings
from checkout_service.web.context import settings, use_cases

from .blueprint import admin, bp, place_in_list

_PACKAGES = ("flask", "sqlalchemy", "stripe", "gunicorn", "psycopg")
_SHOWN = 12
_MAY = {Role.VIEW: "look", Role.REFUND: "look, refund", Role.ALL: "everything"}


@bp.get("/system")
def system() -> str:
    known = settings()
    return render_template(
        "admin/system.html",
        setup=_setup(known),
        versions={"Python": platform.python_version()} | {p: version(p) for p in _PACKAGES},
        health=admin().status.read(),
        not_ready=use_cases().check_readiness.check(),
        may=_MAY,
        staff=admin().staff.list(),
    )


@bp.get("/audit")
def audit() -> str:
    return render_template("admin/audit.html", page=admin().audit.page(cursor=place_in_list()))


def _setup(known: Settings) -> dict[str, str]:
    kind = known.database_url.partition(":")[0].partition("+")[0]
    return {
        "Mode": "live" if known.live else "test",
        "Pull mode": "yes" if known.pull_mode else "no",
        "Public address": known.public_base_url,
        "Stripe API": known.stripe_api_base or "Stripe",
        "Stripe API version": use_cases().receive_event.api_version,
        "Secret key": _beginning(known.stripe_secret_key),
        "Publishable key": _beginning(known.stripe_publishable_key),
        "Webhook secrets": str(len(known.stripe_webhook_secret)),
        "API keys": str(len(known.api_keys)),
        "Database": kind,
        "Migration": admin().status.migration(),
        "Notifications go out": _to(len(known.receivers)),
    }


def _to(receivers: int) -> str:
    return f"yes, to {receivers} receivers" if receivers > 1 else "yes" if receivers else "no"


def _beginning(key: str | None) -> str:
    if key is None:
        return "none"
    # The prefix and a few characters, as Stripe's dashboard names keys; never half of a short one.
    return key[: min(_SHOWN, len(key) // 2)] + "..."
