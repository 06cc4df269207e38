"""The hosted page inside a frame of the merchant's page: `ui_mode` `embedded_page`.

The frame is told the client secret by the page around it, and posts it with every form.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from .errors import ApiError
from .here import world
from .store import Json
from .ui_modes import EMBEDDED, way_back, wrong_secret

bp = Blueprint("embedded", __name__)
_FRAMED = (
    "default-src 'self'; img-src data: https:; style-src 'self'; style-src-attr 'unsafe-inline';"
    " frame-ancestors *"
)


@bp.get("/embedded")
def frame() -> Response:
    """Wait for the client secret; a secret is no part of an address."""
    return framed(render_template("embedded.html"))


def session_of(name: str) -> Json:
    """Return the session that a frame's form is about. Raises ApiError."""
    session = world().need(name, "checkout.session")
    if session["ui_mode"] != EMBEDDED or request.form.get("client_secret") != secret_of(session):
        raise wrong_secret()
    return session


def secret_of(session: Json) -> str:
    secret: str = session["client_secret"]
    return secret


def done(session: Json) -> Response:
    """Tell the page around the frame that all is done, and where the buyer is to go."""
    stays = session["redirect_on_completion"] != "always"
    url = None if stays else way_back(session)
    return framed(render_template("embedded_done.html", url=url))


def framed(page: str, status: int = 200) -> Response:
    answer = make_response(page, status)
    answer.headers["Content-Security-Policy"] = _FRAMED
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def refused(error: ApiError) -> Response:
    return framed(render_template("closed.html", message=str(error), back=None), error.status)
