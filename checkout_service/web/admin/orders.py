"""Orders: search, filter, page by page, as CSV, and one order with everything known of it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from flask import Response, flash, render_template, request, stream_with_context

from checkout_service.domain import ids
from checkout_service.domain.errors import ChargeDisputed, InvalidInput
from checkout_service.domain.staff import Role
from checkout_service.domain.status import OrderStatus
from checkout_service.domain.views.order_filter import OrderFilter
from checkout_service.domain.views.orders import OrderDetail, OrderPage
from checkout_service.use_cases.admin.find_orders import MOST_FOUND
from checkout_service.web.context import catalog, use_cases

from . import csv_rows, list_filter
from .action_definitions import ACTS
from .blueprint import admin, bp, clerk, place_in_list
from .refusals import refusal
from .timeline import timeline

_A_PAGE, _AN_EXPORT_PAGE = 25, 500
_MOST_BESIDE = 50


@bp.get("/orders")
def orders() -> str:
    words, wanted = _words(), list_filter.read()
    for fault in wanted.faults:
        flash(f"{fault.message} It is left out of account.")
    page = _page(words, wanted.filter, _A_PAGE, place_in_list())
    return render_template(
        "admin/orders.html",
        page=page,
        words=words,
        wanted=wanted,
        statuses=list_filter.STATUSES,
        holds=list_filter.HOLDS,
        products=catalog().products,
        most_found=MOST_FOUND,
        now=admin().status.clock.now(),
    )


@bp.get("/orders.csv")
def export() -> Response:
    """Stream the list that is shown, all of it; a spreadsheet must not run what a buyer wrote.

    Raises InvalidInput: a file does not tell that it is another list than was asked for.
    """
    words, narrowed = _words(), list_filter.read()
    if narrowed.faults:
        raise InvalidInput(list(narrowed.faults))
    wanted = narrowed.filter
    first = _page(words, wanted, _AN_EXPORT_PAGE, None)

    def lines() -> Iterator[str]:
        yield csv_rows.HEAD
        page = first
        while True:
            yield csv_rows.rows(page.orders)
            if page.next_cursor is None:
                return
            page = _page(words, wanted, _AN_EXPORT_PAGE, page.next_cursor)

    response = Response(stream_with_context(lines()), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return response


@bp.get("/orders/<order_id>")
def order(order_id: str) -> str:
    detail = use_cases().read_orders.detail(order_id)
    notes = use_cases().admin.note_order.of(order_id)
    return render_template(
        "admin/order.html",
        detail=detail,
        order=detail.order,
        timeline=timeline(detail, notes),
        nonce=functools.partial(ids.new_id, "non"),
        events=use_cases().read_events.page(order_id=order_id, limit=_MOST_BESIDE).events,
        messages=use_cases().read_messages.page(order_id=order_id, limit=_MOST_BESIDE).messages,
        audit=admin().audit.page(order_id=order_id).entries,
        may=_may(detail, clerk().role),
        disputed=ChargeDisputed() if detail.order.status is OrderStatus.DISPUTED else None,
    )


def _may(detail: OrderDetail, role: Role) -> frozenset[str]:
    """Return which acts to offer; the use cases decide what is done."""
    left = use_cases().refund_order.offer(detail.order.id).left
    return frozenset(
        name
        for (place, name), kind in ACTS.items()
        if place == "orders" and role.may(kind.role) and refusal(name, detail.order, left) is None
    )


def _words() -> str | None:
    """Return what is looked for; a character that nobody types is a space."""
    typed = request.args.get("q", "")
    return "".join(c if c.isprintable() else " " for c in typed).strip() or None


def _page(words: str | None, wanted: OrderFilter, limit: int, cursor: str | None) -> OrderPage:
    if words is not None:
        return admin().find_orders.find(words)
    return use_cases().read_orders.page(wanted, limit=limit, cursor=cursor)
