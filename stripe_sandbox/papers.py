"""Pages that only say something: receipts and invoices."""

from __future__ import annotations

from flask import Blueprint, render_template

from . import money
from .here import world

bp = Blueprint("papers", __name__)

Answer = str | tuple[str, int]


@bp.get("/receipts/<name>")
@bp.get("/invoices/<name>")
@bp.get("/invoices/<name>/pdf")
def receipt(name: str) -> Answer:
    """Show what was paid, in one line."""
    paid = world().store.get(name, "charge") or world().store.get(name, "invoice")
    if paid is None:
        return _nothing()
    amount = money.shown(int(paid.get("amount") or paid["amount_paid"]), paid["currency"])
    return _page(f"Paid: {amount}. No money moved here.", None)


def _page(message: str, back: str | None) -> str:
    return render_template("closed.html", message=message, back=back)


def _nothing() -> Answer:
    return _page("This page does not exist.", None), 404
