"""The portal as a customer sees it: what they have, and the one thing they were sent there for."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from . import portal_flows
from .errors import ApiError
from .here import call, world
from .store import Json, shown

Answer = Response | str | tuple[str, int]

bp = Blueprint("portal_page", __name__)


@bp.get("/p/session/<name>")
def show(name: str) -> Answer:
    session = world().store.get(name, "billing_portal.session")
    return _page(session) if session else _closed("This page does not exist.", 404)


@bp.post("/p/session/<name>")
def confirm(name: str) -> Answer:
    """Do what the page offers, and lead back."""
    session = world().store.get(name, "billing_portal.session")
    if session is None:
        return _closed("This page does not exist.", 404)
    try:
        with world().store.change():
            portal_flows.complete(call(), session)
    except ApiError as error:
        return _closed(str(error), 409)
    after = session["flow"]["after_completion"]
    if after["type"] == "redirect":
        return redirect(after["redirect"]["return_url"], 303)
    return redirect(f"/p/session/{name}", 303)


@bp.post("/_sandbox/billing_portal/sessions/<name>/complete")
def complete(name: str) -> Json:
    """Do without a browser what the page offers."""
    with world().store.change():
        session = world().need(name, "billing_portal.session")
        portal_flows.complete(call(), session)
        return shown(session)


def _page(session: Json) -> str:
    owned = [
        shown(thing)
        for thing in world().store.newest("subscription")
        if thing["customer"] == session["customer"]
    ]
    flow = None if session.get("_done") else session["flow"]
    back = portal_flows.way_back(call(), session)
    return render_template(
        "portal.html", customer=session["customer"], owned=owned, flow=flow, back=back
    )


def _closed(message: str, status: int) -> tuple[str, int]:
    return render_template("closed.html", message=message, back=None), status
