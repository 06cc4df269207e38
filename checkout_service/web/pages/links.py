"""The buyer's pages of a Payment Link: leave for it with a reference, come back, be told.

Only a person's own navigation makes an order: prefetching and link checkers make none.
"""

from __future__ import annotations

from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from checkout_service.domain import ids
from checkout_service.domain.ids import is_session_id
from checkout_service.web.context import use_cases
from checkout_service.web.http.limits import CREATE, POLL, admit_to_link, limited

from . import link_cookie
from .link_cookie import Kept
from .order_page import page_of

SEE_OTHER = 303
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")

bp = APIBlueprint("links", __name__, url_prefix="/links", enable_openapi=False)


@bp.get("/<link>")
@limited(CREATE)
def leave(link: str) -> ResponseReturnValue:
    """Send the buyer to the Payment Link with a reference; the same browser keeps its order."""
    start = use_cases().start_link
    if request.method == "HEAD":
        return redirect(start.address(link), SEE_OTHER)
    _refuse_guesses()
    kept = link_cookie.read()
    answer = start.resume(link, [one.reference for one in kept])
    if answer is None:
        admit_to_link(start.price_of(link))
        answer = start.start(link, nonce=ids.new_id("non"))
    response = make_response(redirect(answer.url, SEE_OTHER))
    link_cookie.write(response, Kept(link, answer.client_reference_id), kept)
    return response


@bp.get("/return")
@limited(POLL)
def back() -> Response:
    """Say how the payment stands that this browser went away for, and nothing of any other."""
    session_id = request.args.get("session_id")
    links = {one.reference: one.link for one in link_cookie.read()}
    polled = use_cases().poll_link.returned(list(links), session_id)
    if polled is None:
        return _unlisted(render_template("shop/link_return.html"))
    page = page_of(
        polled.order,
        link=links[polled.reference],
        watch=link_poll_url(polled.reference, session_id),
        mine=True,
    )
    return _unlisted(render_template("shop/order.html", page=page, order=page.order))


def link_poll_url(reference: str, session_id: str | None) -> str:
    """Return the address that tells how a reference's order stands."""
    url = f"/api/v1/payment-links/orders/{reference}"
    if session_id is None or not is_session_id(session_id):
        return url
    return f"{url}?{urlencode({'session_id': session_id})}"


def _refuse_guesses() -> None:
    """Let only a navigation pass: not a browser that reads ahead, nor a picture on some page.

    Raises Forbidden, because what was prefetched with success may be shown without being asked
    for again.
    """
    ahead = any("prefetch" in request.headers.get(name, "").lower() for name in _AHEAD)
    preview = request.headers.get("X-Purpose", "").lower() == "preview"
    if ahead or preview or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        raise Forbidden("An order begins when a buyer opens this address.")


def _unlisted(page: str) -> Response:
    response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
