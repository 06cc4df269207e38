"""A code besides the password, for whoever wants it: asked after it, once good, and rationed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP, parse_uri
from sqlalchemy import select, update

from checkout_service.domain.clock import MINUTE
from checkout_service.storage.tables import admin_codes
from checkout_service.use_cases.admin.guesses import MOST_BY_DEVICE, MOST_BY_ONE
from tests.support.admin import admin_app, database_of, field, guess, signed_in
from tests.support.databases import PASSWORD
from tests.web.test_admin_sign_in import Watched
from tests.web.test_admin_staff import sign_out

CODE_PAGE = "/admin/login/code"


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    Watched(made)
    yield made
    database_of(made).engine.dispose()


def run(app: Flask, *command: str) -> Result:
    return app.test_cli_runner().invoke(args=["admin", *command])


def app_of(app: Flask, name: str = "admin") -> TOTP:
    """Ask for codes from now on; give the authenticator app that was told."""
    told = run(app, "totp", name)
    assert told.exit_code == 0
    made = parse_uri(told.stdout.strip())
    assert isinstance(made, TOTP)
    return made


def at(phone: TOTP, steps: int) -> str:
    """Return the code of some half minutes from now."""
    return phone.at(int(time.time()) + 30 * steps)


def right_password(app: Flask, name: str = "") -> FlaskClient:
    client = app.test_client()
    answer = guess(client, PASSWORD, name)
    assert (answer.status_code, answer.headers["Location"]) == (303, CODE_PAGE)
    return client


def type_code(client: FlaskClient, code: str) -> int:
    token = field(client.get(CODE_PAGE).text)
    form = {"csrf_token": token, "code": code}
    return client.post(CODE_PAGE, data=form).status_code


def test_the_command_tells_an_app_all_it_needs_and_nobody_else(app: Flask) -> None:
    told = run(app, "totp")

    address = urlsplit(told.stdout.strip())
    asked = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert asked["issuer"] == ["127.0.0.1:8000"]
    (secret,) = asked["secret"]
    assert len(secret) == 32
    with database_of(app).read() as connection:
        kept = connection.execute(select(admin_codes)).one()
    assert secret not in str(kept)
    assert re.search(r"^admin .* yes$", run(app, "list").stdout, re.MULTILINE)


def test_the_code_is_asked_for_after_the_password_and_opens(app: Flask) -> None:
    phone = app_of(app)
    owner = right_password(app)

    assert owner.get("/admin/").headers["Location"] == "/admin/login"
    assert type_code(owner, phone.now()) == 303
    assert owner.get("/admin/").status_code == 200
    assert "staff.totp" in owner.get("/admin/audit").text


def test_blanks_in_a_code_do_not_matter(app: Flask) -> None:
    code = app_of(app).now()

    assert type_code(right_password(app), f" {code[:3]} {code[3:]}\t") == 303


@pytest.mark.parametrize("code", ["", "000000x", "١٢٣٤٥٦", "12345", "1234567", "\0", "9" * 4000])
def test_what_is_no_code_opens_nothing(app: Flask, code: str) -> None:
    app_of(app)
    owner = right_password(app)

    assert type_code(owner, code) == 401
    assert owner.get("/admin/").status_code == 303


def test_a_code_opens_once(app: Flask) -> None:
    phone = app_of(app)
    first, second = right_password(app), right_password(app)
    code, earlier = phone.now(), at(phone, -1)

    assert type_code(first, code) == 303
    assert type_code(second, code) == 401
    assert type_code(second, earlier) == 401  # of what was seen being typed before, too
    assert type_code(second, at(phone, 1)) == 303


def test_a_code_of_another_time_or_another_app_is_wrong(app: Flask) -> None:
    before, phone = app_of(app), app_of(app)
    owner = right_password(app)

    for code in (before.now(), at(phone, -3), at(phone, 9)):
        assert type_code(owner, code) == 401


def test_the_page_of_the_code_is_for_whoever_knows_the_password(app: Flask) -> None:
    phone = app_of(app)
    stranger = app.test_client()
    token = field(stranger.get("/admin/login").text)

    assert stranger.get(CODE_PAGE).headers["Location"] == "/admin/login"
    answer = stranger.post(CODE_PAGE, data={"csrf_token": token, "code": phone.now()})
    assert answer.headers["Location"] == "/admin/login"
    assert guess(stranger, "wrong").status_code == 401
    assert stranger.get(CODE_PAGE).headers["Location"] == "/admin/login"


def test_wrong_codes_are_rationed_as_passwords_are(app: Flask) -> None:
    phone = app_of(app)
    stranger = right_password(app)
    for _ in range(MOST_BY_ONE):
        assert type_code(stranger, "000000") == 401

    assert type_code(stranger, phone.now()) == 401
    assert guess(app.test_client(), PASSWORD).status_code == 401


def test_a_known_browser_does_not_win_guesses_back_with_the_password(app: Flask) -> None:
    phone = app_of(app)
    owner = right_password(app)
    assert type_code(owner, phone.now()) == 303
    sign_out(owner)

    for _ in range(MOST_BY_DEVICE + MOST_BY_ONE):
        assert guess(owner, PASSWORD).status_code == 303
        assert type_code(owner, "000000") == 401

    assert guess(owner, PASSWORD).status_code == 401


def test_five_minutes_after_the_password_it_is_asked_for_again(app: Flask) -> None:
    phone = app_of(app)
    owner = right_password(app)
    with owner.session_transaction(CODE_PAGE) as kept:
        name, until = kept["code of"]
        kept["code of"] = [name, until - 5 * MINUTE]

    assert type_code(owner, phone.now()) == 401


def test_without_the_app_a_command_opens_the_door(app: Flask) -> None:
    app_of(app)

    assert run(app, "totp", "--off").exit_code == 0
    assert signed_in(app).get("/admin/").status_code == 200
    assert run(app, "totp", "--off").exit_code == 1
    assert run(app, "totp", "nobody").exit_code == 1


def test_staff_have_codes_of_their_own_and_are_out_when_asked_for_one(app: Flask) -> None:
    run(app, "add", "ann")
    ann = signed_in(app, PASSWORD, "ann")
    phone = app_of(app, "ann")

    assert ann.get("/admin/").status_code == 303
    assert signed_in(app).get("/admin/").status_code == 200  # the owner is asked for none
    assert type_code(right_password(app, "ann"), phone.now()) == 303
    run(app, "remove", "ann")
    with database_of(app).read() as connection:
        assert connection.execute(select(admin_codes)).all() == []


def test_another_secret_key_makes_every_app_useless(app: Flask, database_url: str) -> None:
    phone = app_of(app)
    other = admin_app(database_url, secret_key="another-secret-key-of-the-tests")
    Watched(other)

    assert type_code(right_password(other), phone.now()) == 401
    database_of(other).engine.dispose()


def test_a_used_step_far_ahead_is_put_right_by_the_command(app: Flask) -> None:
    app_of(app)
    database_of(app).write(lambda c: c.execute(update(admin_codes).values(used_step=2**40)))
    phone = app_of(app)

    assert type_code(right_password(app), phone.now()) == 303
