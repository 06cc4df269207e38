"""What a person may do: shown first, then done once, then written down.

The form's nonce makes a second press of the same button the same act.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoPage

from checkout_service.domain import ids
from checkout_service.domain.errors import CheckoutError, NotFound
from checkout_service.domain.status import AttemptState
from checkout_service.use_cases.admin.keep_audit import Act
from checkout_service.web.context import use_cases
from checkout_service.web.http.limits import client_address
from checkout_service.web.http.mount import at
from checkout_service.web.http.problems import problem_of

from .action_definitions import ACTS, Kind, Subject
from .blueprint import SEE_OTHER, admin, bp, clerk, demand
from .refusals import refusal

_NONCE = re.compile(r"non_[A-Za-z0-9]{24}", re.ASCII)
_BACK = {
    "orders": "/admin/orders/{}",
    "events": "/admin/events/{}",
    "messages": "/admin/messages/{}",
    "receiver": "/admin/messages",
    "quarantine": "/admin/quarantine",
}
_TYPED = ("nonce", "what", "amount", "reason", "payment_intent")
_PLACES = "/<any(orders, events, messages, receiver, quarantine):place>/<target>/<name>"


@bp.get(_PLACES)
def confirm(place: str, target: str, name: str) -> str:
    """Say what would be done and to what, before anything is."""
    kind, subject = _find(place, target, name)
    nonce = request.args.get("nonce", "")
    if not _NONCE.fullmatch(nonce):
        nonce = ids.new_id("non")
    if not kind.second_look or "look" not in request.args or subject.off:
        return _page(kind, subject, nonce)
    try:
        return _page(kind, subject, nonce, second_look=kind.second_look(subject, request.args))
    except CheckoutError as error:
        return _page(kind, subject, nonce, _in_words(error))


@bp.post(_PLACES)
def act(place: str, target: str, name: str) -> ResponseReturnValue:
    kind, subject = _find(place, target, name)
    nonce = request.form.get("nonce", "")
    if not _NONCE.fullmatch(nonce):
        return _page(kind, subject, ids.new_id("non"), "The form was not whole; look again."), 422
    order_id = subject.order.id if subject.order else None
    what = Act(
        nonce, client_address(), f"{place}.{name}", subject.named(request.form), order_id,
        clerk().name,
    )  # fmt: skip
    try:
        if kind.second_look and "sure" not in request.form:
            _check(subject)
            kind.second_look(subject, request.form)
            # A page of its own: back from what was done leads to it, and to no form sent again.
            looked_at = {n: value for n, value in request.form.items() if value and n in _TYPED}
            there = url_for(".confirm", place=place, target=target, name=name, look="yes")
            return redirect(f"{there}&{urlencode(looked_at)}", SEE_OTHER)
        # Inside of it: what was done by this press before is no refusal now.
        done = admin().audit.record(what, lambda: _do(kind, subject, nonce))
    except CheckoutError as error:
        status = problem_of(error).status
        # Of an act whose outcome is unknown the same form goes out again: the same nonce.
        again = nonce if status in (502, 503) else ids.new_id("non")
        subject = _find(place, target, name)[1]  # somebody else may have changed it meanwhile
        return _page(kind, subject, again, _in_words(error)), status
    flash(done.detail if done.outcome == "done" else f"{name}: {done.outcome} {done.detail}")
    return redirect(subject.back, SEE_OTHER)


def _in_words(error: CheckoutError) -> str:
    problem = problem_of(error)
    return "; ".join(fault.message for fault in problem.errors) or problem.detail


def _do(kind: Kind, subject: Subject, nonce: str) -> str:
    _check(subject)
    return kind.do(subject, request.form, nonce)


def _check(subject: Subject) -> None:
    if subject.off is not None:
        raise subject.off


def _page(kind: Kind, subject: Subject, nonce: str, said: str = "", second_look: str = "") -> str:
    return render_template(
        "admin/confirm.html", kind=kind, subject=subject, nonce=nonce, said=said,
        values=request.values, second_look=second_look,
    )  # fmt: skip


def _find(place: str, target: str, name: str) -> tuple[Kind, Subject]:
    kind = ACTS.get((place, name))
    if kind is None:
        raise NoPage
    demand(kind.role)
    target = target.replace("\0", "")
    back = at(_BACK[place].format(target))
    if place == "orders":
        return kind, _order(name, target, back)
    if place == "quarantine":
        return kind, _set_aside(target, back)
    if place == "events":
        use_cases().read_events.detail(target)
    elif place == "messages":
        use_cases().read_messages.detail(target)
    elif target != "merchant":
        raise NotFound
    return kind, Subject(target, back, clerk().name)


def _order(name: str, target: str, back: str) -> Subject:
    detail = use_cases().read_orders.detail(target)
    order = detail.order
    offer = None
    if name == "refund":
        offer = use_cases().refund_order.offer(target, nonce=request.values.get("nonce", ""))
    return Subject(
        target,
        back,
        clerk().name,
        order,
        tuple(hold for hold in detail.holds if hold.released_at is None),
        offer=offer,
        others=tuple(
            one
            for one in detail.attempts
            if one.state == AttemptState.SUCCEEDED and not one.won and one.payment_intent
        ),
        off=refusal(name, order, offer.left if offer else 0),
    )


def _set_aside(target: str, back: str) -> Subject:
    found = use_cases().quarantine.find(target)
    order = use_cases().read_orders.view(target) if found.kind == "order" else None
    return Subject(target, back, clerk().name, order, note=found.why)
