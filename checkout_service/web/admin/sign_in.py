"""Signing in and out. Wrong and throttled look alike; a session's id is new at every sign-in."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from checkout_service.domain import ids
from checkout_service.domain.clock import SECOND
from checkout_service.use_cases.admin.guesses import DEVICE_LIFE
from checkout_service.use_cases.admin.keep_audit import Act
from checkout_service.use_cases.admin.sign_in import CodeWanted, SignedIn
from checkout_service.web.context import settings
from checkout_service.web.http import cookies
from checkout_service.web.http.limits import client_address

from .blueprint import SEE_OTHER, TOKEN, admin, bp, clerk, who_is_here

_REFUSED = 401
_BROWSER = "browser"
_WANTED = "code of"  # where the cookie keeps whose password was right, and until when that counts


@bp.get("")
def without_slash() -> ResponseReturnValue:
    """Go on at our own address, whatever host the request names."""
    return redirect(f"{settings().public_base_url}/admin/", SEE_OTHER)


@bp.get("/login")
def login() -> ResponseReturnValue:
    if who_is_here() is not None:
        return redirect(url_for("admin.overview"), SEE_OTHER)
    browser = request.args.get(_BROWSER, "")
    if browser and admin().sign_in.knows(browser):  # the address that `flask admin unlock` tells
        answer = make_response(redirect(url_for("admin.login"), SEE_OTHER))
        return _known_from_now_on(answer, browser)
    return render_template("admin/login.html", refused=False, name="")


@bp.post("/login")
def try_password() -> ResponseReturnValue:
    """Look at the password if a guess is left, and start a session of a new id."""
    name = request.form.get("name", "")
    outcome = admin().sign_in.sign_in(
        name, request.form.get("password", ""), address=client_address(), device=_device()
    )
    if outcome is None:
        return render_template("admin/login.html", refused=True, name=name[:32]), _REFUSED
    if isinstance(outcome, SignedIn):
        return _enter(outcome)
    _begin_anew()
    session[_WANTED] = [outcome.name, outcome.until]
    return redirect(url_for("admin.code"), SEE_OTHER)


@bp.get("/login/code")
def code() -> ResponseReturnValue:
    if _WANTED not in session:
        return redirect(url_for("admin.login"), SEE_OTHER)
    return render_template("admin/code.html", refused=False)


@bp.post("/login/code")
def try_code() -> ResponseReturnValue:
    """Look at the code if the password was right, a guess is left, and nobody used it before."""
    if _WANTED not in session:
        return redirect(url_for("admin.login"), SEE_OTHER)
    signed_in = admin().sign_in.sign_in_with_code(
        CodeWanted(*session[_WANTED]),
        request.form.get("code", ""),
        address=client_address(),
        device=_device(),
    )
    if signed_in is None:
        return render_template("admin/code.html", refused=True), _REFUSED
    return _enter(signed_in)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session here and in the database: its cookie opens nothing any more."""
    admin().sign_in.close(session[TOKEN])
    session.clear()
    _note("sign out", client_address(), clerk().name)
    return redirect(url_for("admin.login"), SEE_OTHER)


def _enter(signed_in: SignedIn) -> Response:
    _begin_anew()
    session[TOKEN] = signed_in.token
    _note("sign in", client_address(), signed_in.clerk.name)
    answer = make_response(redirect(url_for("admin.overview"), SEE_OTHER))
    return _known_from_now_on(answer, signed_in.device)


def _begin_anew() -> None:
    if before := session.get(TOKEN):
        admin().sign_in.close(before)
    session.clear()


def _device() -> str:
    return request.cookies.get(_name_and_path()[0], "")


def _known_from_now_on(answer: Response, browser: str) -> Response:
    """Let the browser keep what gives it guesses of its own; it opens no door by itself."""
    name, path = _name_and_path()
    answer.set_cookie(
        name,
        browser,
        max_age=DEVICE_LIFE // SECOND,
        path=path,
        httponly=True,
        samesite="Strict",
        secure=cookies.is_secure(settings()),
    )
    return answer


def _name_and_path() -> tuple[str, str]:
    return cookies.named(settings(), _BROWSER, "/admin")


def _note(action: str, address: str, who: str) -> None:
    admin().audit.record(Act(ids.new_id("non"), address, action, "admin", None, who), lambda: "")
