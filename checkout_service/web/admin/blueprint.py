"""The admin's blueprint and its guard: nobody sees a page, nobody sends a form, unasked."""

from __future__ import annotations

from typing import cast

from apiflask import APIBlueprint
from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import Forbidden

from checkout_service.use_cases.admin import Admin
from checkout_service.web.context import use_cases
from checkout_service.web.http.origins import refuse_foreign_forms

SEE_OTHER = 303
_OPEN = frozenset(("admin.login", "admin.try_password"))
_WORDS_LONGEST = 500

bp = APIBlueprint("admin", __name__, url_prefix="/admin", enable_openapi=False)


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
    if request.endpoint in _OPEN or current_user.is_authenticated:
        return None
    return redirect(url_for("admin.login"), SEE_OTHER)


def admin() -> Admin:
    return use_cases().admin


def asked(name: str) -> str | None:
    """Return a query parameter, or None when it is absent, blank or no text a person would type."""
    value = request.args.get(name, "").strip()
    if not value or len(value) > _WORDS_LONGEST or not value.isprintable():
        return None
    return value
