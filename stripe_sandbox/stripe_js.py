"""`/stripe.js`, a stand-in for Stripe.js, and the card form its Payment Element shows in a frame.

Any origin may load them, as at Stripe; card numbers stay inside the frame.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template

bp = Blueprint("stripe_js", __name__)

_PARTS = ("stripe-frame.js", "stripe-checkout.js", "stripe.js")

_FRAME_POLICY = "default-src 'self'; img-src data:; style-src 'self'; frame-ancestors *"


@bp.get("/stripe.js")
@bp.get("/<_version>/stripe.js")
def script(_version: str = "") -> Response:
    """Return the script; Stripe's own address carries a version, so ours may."""
    parts = (Path(current_app.static_folder or "") / name for name in _PARTS)
    text = "".join(part.read_text("utf-8") for part in parts)
    answer = Response(text, mimetype="text/javascript")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/elements/payment")
def element() -> Response:
    answer = make_response(render_template("element.html"))
    answer.headers["Content-Security-Policy"] = _FRAME_POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
