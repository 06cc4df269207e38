"""The admin's blueprint and its guard: nobody sees a page, nobody sends a form, unasked."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import cast

from apiflask import APIBlueprint
from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import Forbidden

from checkout_service.domain.cursor import read_cursor
from checkout_service.domain.errors import DatabaseUnavailable, InvalidInput, NotFound
from checkout_service.domain.hold_advice import WHAT_TO_DO, WHY_HELD
from checkout_service.domain.staff import Clerk, Role
from checkout_service.domain.views.work import Work
from checkout_service.use_cases.admin import Admin
from checkout_service.web.context import use_cases
from checkout_service.web.http.origins import refuse_foreign_forms

SEE_OTHER = 303
TOKEN = "session"  # noqa: S105 - where the cookie keeps it
_OPEN = frozenset(
    (
        "admin.login", "admin.try_password", "admin.code", "admin.try_code", "admin.without_slash",
    )
)  # fmt: skip
_WORDS_LONGEST = 500
_SHOWN = 60  # characters of a word that is quoted
_DASHBOARD = "https://dashboard.stripe.com/"

bp = APIBlueprint("admin", __name__, url_prefix="/admin", enable_openapi=False)


class NotAllowed(Forbidden):
    """Whoever is signed in has a role that does not allow this."""


@bp.errorhandler(NotAllowed)
def not_allowed(_error: NotAllowed) -> ResponseReturnValue:
    return render_template("admin/not_allowed.html"), HTTPStatus.FORBIDDEN


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Check the form's token, then who asks. Whoever is not signed in is shown the door."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        refuse_foreign_forms()
        try:
            cast("CSRFProtect", current_app.extensions["csrf"]).protect()
        except CSRFError as error:
            raise Forbidden(
                "The form is out of date. Go back, reload the page, try again."
            ) from error
    if request.endpoint in _OPEN or who_is_here() is not None:
        return None
    return redirect(url_for("admin.login"), SEE_OTHER)


@bp.context_processor
def words() -> dict[str, object]:
    """Let every page know who looks at it: an error's too, which asks nobody again."""
    here = cast("Clerk | None", g.get("clerk"))
    return {
        "clerk": here,
        "allowed": lambda role: here is not None and here.role.may(Role(role)),
        "work": _work,
        "why_held": WHY_HELD,
        "what_to_do": WHAT_TO_DO,
        "dashboard": lambda livemode: _DASHBOARD + ("" if livemode else "test/"),
    }


def _work() -> Work:
    """Count what waits, once a request; nothing on a page that says what is broken."""
    if "work" not in g:
        try:
            g.work = admin().work.count()
        except DatabaseUnavailable:
            g.work = Work()
    return cast("Work", g.work)


@bp.get("/<path:_elsewhere>")
def nowhere(_elsewhere: str) -> ResponseReturnValue:
    """Say on a page of the admin's own that there is no such page."""
    raise NotFound


def admin() -> Admin:
    return use_cases().admin


def who_is_here() -> Clerk | None:
    """Return who is signed in, asked once a request."""
    if "clerk" not in g:
        token = session.get(TOKEN)
        g.clerk = admin().sign_in.clerk_of(token) if isinstance(token, str) else None
    return cast("Clerk | None", g.clerk)


def clerk() -> Clerk:
    """Return who is signed in, where the guard let nobody else pass."""
    return cast("Clerk", who_is_here())


def demand(role: Role) -> None:
    """Let pass whose role allows it. Raises NotAllowed."""
    if not clerk().role.may(role):
        raise NotAllowed


def place_in_list() -> str | None:
    """Return the cursor of the address; a word that is none is told, and the list begins anew."""
    given = asked("cursor")
    if given is None:
        return None
    try:
        read_cursor(given)
    except InvalidInput:
        flash("The address names no place of this list: it is shown from its beginning.")
        return None
    return given


def chosen(name: str, words: Collection[str]) -> str | None:
    """Return a word of the address that a list is narrowed to; another one is told."""
    word = request.args.get(name, "").strip()
    if word and word not in words:
        flash(f"{nothing_of(name, word)} It is left out of account.")
    return word if word in words else None


def nothing_of(name: str, word: str) -> str:
    """Say that no status, product, stage is called so."""
    shown = "".join(char for char in word if char.isprintable())
    return f"There is no {name} \u201c{shown[:_SHOWN]}\u201d."


def asked(name: str) -> str | None:
    """Return a query parameter, or None when it is absent, blank or no text a person would type."""
    value = request.args.get(name, "").strip()
    if not value or len(value) > _WORDS_LONGEST or not value.isprintable():
        return None
    return value
