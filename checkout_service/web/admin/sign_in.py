"""Signing in and out. Wrong and throttled look alike; a session's id is new at every sign-in."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import Flask, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from checkout_service.domain import ids
from checkout_service.settings import Settings
from checkout_service.use_cases.admin.keep_audit import Act
from checkout_service.web.http.limits import client_address

from .blueprint import SEE_OTHER, admin, bp

_EXTENSION = "admin_password"
_REFUSED = 401
_LONGEST = 1_000


class Clerk(UserMixin):  # type: ignore[misc]
    """Who is signed in: known by a session's id alone, for there is one password."""

    def __init__(self, token: str) -> None:
        self.id = token


class Password:
    """The admin's password as a hash; one look at a time, for each takes memory on purpose."""

    def __init__(self, password: str) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._hash = self._hasher.hash(password)
        self._one_at_a_time = threading.Lock()

    def is_right(self, guess: str) -> bool:
        with self._one_at_a_time:
            try:
                return self._hasher.verify(self._hash, guess.encode("utf-8", "replace"))
            except VerificationError:
                return False


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = Password(str(settings.admin_password))
    manager = LoginManager()
    manager.session_protection = None  # it would sign people out whose address changes
    manager.init_app(app, add_context_processor=False)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> Clerk | None:
        return Clerk(token) if admin().sign_in.is_open(token) else None


@bp.get("/login")
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("admin.overview"), SEE_OTHER)
    return render_template("admin/login.html", refused=False)


@bp.post("/login")
def try_password() -> ResponseReturnValue:
    """Look at the password if a guess is left, and start a session of a new id."""
    guess = request.form.get("password", "")
    password: Password = current_app.extensions[_EXTENSION]
    address = client_address()
    token = admin().sign_in.sign_in(
        address, lambda: len(guess) <= _LONGEST and password.is_right(guess)
    )
    if token is None:
        return render_template("admin/login.html", refused=True), _REFUSED
    if current_user.is_authenticated:
        admin().sign_in.close(current_user.get_id())
    session.clear()
    login_user(Clerk(token))
    _note("sign in", address)
    return redirect(url_for("admin.overview"), SEE_OTHER)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session here and in the database: its cookie opens nothing any more."""
    admin().sign_in.close(current_user.get_id())
    logout_user()
    session.clear()
    _note("sign out", client_address())
    return redirect(url_for("admin.login"), SEE_OTHER)


def _note(action: str, address: str) -> None:
    admin().audit.record(Act(ids.new_id("non"), address, action, "admin", None), lambda: "")
