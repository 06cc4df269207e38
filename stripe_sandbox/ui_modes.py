"""Where a session is paid: on a page of the sandbox's, or on a part of the merchant's own.

https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-ui_mode
"""

from __future__ import annotations

from .errors import ApiError, invalid, missing
from .forms import check_url
from .store import Json, new_id
from .unmodelled import not_modelled
from .world import Call

HOSTED, EMBEDDED, ELEMENTS, FORM = "hosted_page", "embedded_page", "elements", "form"
_ADDRESSES = ("success_url", "cancel_url", "return_url")
_DRAWN_BY_THE_MERCHANT = (
    "branding_settings", "custom_fields", "custom_text", "origin_context", "submit_type",
)  # fmt: skip
_NOT_TAKEN = {
    HOSTED: ("redirect_on_completion", "return_url"),
    EMBEDDED: ("cancel_url", "success_url"),
    ELEMENTS: ("cancel_url", "redirect_on_completion", "success_url", *_DRAWN_BY_THE_MERCHANT),
    FORM: ("cancel_url", "optional_items", "redirect_on_completion", "success_url"),
}
_PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def read(params: Json) -> Json:
    """Read the ui_mode of a new session, and where its buyer comes back to. Raises ApiError."""
    ui_mode = params.get("ui_mode", HOSTED)
    for name in _NOT_TAKEN[ui_mode]:
        if name in params:
            raise invalid(name, f"`{name}` is not allowed when `ui_mode` is `{ui_mode}`.")
    for name in _ADDRESSES:
        if name in params:
            check_url(params[name], name)
    redirects = params.get("redirect_on_completion")
    if ui_mode == EMBEDDED:
        redirects = redirects or "always"
    if ui_mode != HOSTED and "after_expiration" in params:
        raise not_modelled("after_expiration")
    _check_way_back(params, ui_mode, redirects)
    named = {name: params.get(name) for name in _ADDRESSES}
    return {"ui_mode": ui_mode, "redirect_on_completion": redirects, **named}


def _check_way_back(params: Json, ui_mode: str, redirects: str | None) -> None:
    """Somebody who may be sent away is sent somewhere. Raises ApiError."""
    needed = "success_url" if ui_mode == HOSTED else "return_url"
    if redirects == "never":
        if "return_url" in params:
            raise invalid("return_url", "A buyer who is `never` redirected needs no `return_url`.")
    elif needed not in params:
        raise missing(needed)


def give_way_in(call: Call, session: Json) -> None:
    """Give an open session its page, or the secret that a page of the merchant's shows it by."""
    session["_base"] = call.base
    if session["ui_mode"] == HOSTED:
        session["url"] = f"{call.base}/c/pay/{session['id']}"
    else:
        session["url"] = None
        session["client_secret"] = new_id(f"{session['id']}_secret")


def check_secret(call: Call, session: Json) -> None:
    """Let a browser at a session only with its client secret. Raises ApiError."""
    known = session["client_secret"]
    if call.key_kind == "pk" and known and call.params.get("client_secret") != known:
        raise wrong_secret()


def wrong_secret() -> ApiError:
    return ApiError(
        "The client_secret provided does not match the client_secret on the Checkout Session.",
        param="client_secret",
    )


def way_back(session: Json) -> str | None:
    """Return where the buyer goes when all is done, whichever page that was on."""
    url = session["success_url"] or session["return_url"]
    return url.replace(_PLACEHOLDER, session["id"]) if url else None
