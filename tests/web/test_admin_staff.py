"""Several people at the admin: each by name, each with a role, none locked out by strangers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from checkout_service.domain.clock import DAY, MINUTE
from checkout_service.domain.staff import Role
from checkout_service.storage.tables import admin_devices
from checkout_service.use_cases.admin.guesses import DEVICE_LIFE
from tests.support.admin import (
    add_event,
    add_order,
    admin_app,
    database_of,
    guess,
    hired,
    press,
    signed_in,
)
from tests.support.databases import PASSWORD
from tests.web.test_admin_sign_in import Watched

STRANGERS = 30


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


def run(app: Flask, *command: str) -> Result:
    return app.test_cli_runner().invoke(args=["admin", *command])


def besiege(app: Flask) -> None:
    """Let strangers from many addresses spend all guesses there are."""
    for number in range(STRANGERS):
        there: Any = {"environ_base": {"REMOTE_ADDR": f"10.9.{number}.7"}}
        assert guess(app.test_client(), f"guess {number}", **there).status_code == 401


def sign_out(client: Any) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/admin/").text)
    assert token
    assert client.post("/admin/logout", data={"csrf_token": token[1]}).status_code == 303


def test_a_browser_that_signed_in_before_is_not_locked_out_by_strangers(app: Flask) -> None:
    Watched(app)
    owner = signed_in(app)
    sign_out(owner)

    besiege(app)

    assert guess(app.test_client(), PASSWORD).status_code == 401  # a browser nobody knows
    assert guess(owner, PASSWORD).status_code == 303
    sign_out(owner)
    assert guess(owner, PASSWORD).status_code == 303  # what is right uses nothing up


def test_a_known_browser_has_ten_guesses_for_its_own_name_alone(app: Flask) -> None:
    watched = Watched(app)
    owner = signed_in(app)
    sign_out(owner)
    besiege(app)
    looks = watched.looks

    for number in range(15):
        assert guess(owner, f"guess {number}").status_code == 401
        assert guess(owner, f"guess {number}", "ann").status_code == 401

    assert watched.looks == looks + 10
    assert guess(owner, PASSWORD).status_code == 401
    early = int(time.time() * 1000) - 16 * MINUTE
    database_of(app).write(
        lambda c: c.execute(update(admin_devices).values(guessed_at=early))
    )  # the quarter of an hour is over
    assert guess(owner, PASSWORD).status_code == 303


@pytest.mark.parametrize("forged", ["x", "\0", "a" * 4000, "%00"])
def test_a_made_up_browser_is_a_strangers(app: Flask, forged: str) -> None:
    Watched(app)
    signed_in(app)
    besiege(app)
    client = app.test_client()
    client.set_cookie("browser", forged, path="/admin")

    assert guess(client, PASSWORD).status_code == 401


def test_a_browser_not_seen_for_half_a_year_is_a_strangers(app: Flask) -> None:
    Watched(app)
    owner = signed_in(app)
    sign_out(owner)
    long_ago = int(time.time() * 1000) - DEVICE_LIFE - DAY
    database_of(app).write(lambda c: c.execute(update(admin_devices).values(seen_at=long_ago)))
    besiege(app)

    assert guess(owner, PASSWORD).status_code == 401


def test_unlock_opens_the_door_to_everybody_and_lets_one_browser_ahead(app: Flask) -> None:
    Watched(app)
    besiege(app)

    told = run(app, "unlock")
    besiege(app)  # they do not stop

    assert told.exit_code == 0
    address = told.stdout.strip()
    assert address.startswith("http://127.0.0.1:8000/admin/login?browser=")
    owner = app.test_client()
    assert guess(owner, PASSWORD).status_code == 401
    assert owner.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 303
    assert guess(owner, PASSWORD).status_code == 303
    besiege(app)
    run(app, "unlock")
    assert guess(app.test_client(), PASSWORD).status_code == 303
    assert "staff.unlock" in owner.get("/admin/audit").text


def test_what_lets_ahead_does_so_for_a_quarter_of_an_hour(app: Flask) -> None:
    Watched(app)
    address = run(app, "unlock").stdout.strip().removeprefix("http://127.0.0.1:8000")
    database_of(app).write(
        lambda c: c.execute(
            update(admin_devices).values(seen_at=admin_devices.c.seen_at - 16 * MINUTE)
        )
    )
    client = app.test_client()

    assert client.get(address).status_code == 200
    assert client.get_cookie("browser", path="/admin") is None


def test_staff_sign_in_by_name_and_the_audit_tells_who_it_was(app: Flask) -> None:
    told = run(app, "add", "Ann", "--role", "all")
    password = told.stdout.strip()
    assert told.exit_code == 0
    assert len(password) == 20
    order_id = add_order(app, holds="amount_mismatch", has_more=True)
    ann = signed_in(app, password, "ANN ")

    press(ann, f"/admin/orders/{order_id}/release", hold="amount_mismatch")

    page = ann.get("/admin/audit").text
    assert page.count("<td>ann ") == 2  # came in, released
    assert page.count("<td>command line ") == 1
    trail = app.extensions["checkout_service"].read_orders.detail(order_id).trail
    assert "ann" in str(trail)
    assert guess(app.test_client(), PASSWORD, "ann").status_code == 401
    assert guess(app.test_client(), password).status_code == 401  # the owner's name, her password


def test_each_role_does_what_it_may_and_is_offered_nothing_else(app: Flask) -> None:
    order_id = add_order(app, holds="amount_mismatch", has_more=True)
    event_id = add_event(app, order_id)
    acts = {
        f"/admin/orders/{order_id}/refund": Role.REFUND,
        f"/admin/orders/{order_id}/settle": Role.REFUND,
        f"/admin/orders/{order_id}/note": Role.REFUND,
        f"/admin/orders/{order_id}/ship": Role.REFUND,
        f"/admin/orders/{order_id}/cancel": Role.ALL,
        f"/admin/orders/{order_id}/release": Role.ALL,
        f"/admin/events/{event_id}/replay": Role.ALL,
        "/admin/receiver/merchant/enable": Role.ALL,
    }
    for role in Role:
        client = hired(app, f"works-{role}", role)
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/admin/").text)
        assert token
        shown = client.get(f"/admin/orders/{order_id}").text
        shown += client.get(f"/admin/events/{event_id}").text
        for path, needed in acts.items():
            wanted = 200 if role.may(needed) else 403
            page = client.get(path)
            assert page.status_code == wanted, (role, path)
            assert ("Not for your role" in page.text) is (wanted == 403)
            assert path not in shown or role.may(needed)
            if wanted == 403:
                form = {"csrf_token": token[1], "nonce": "non_" + "a" * 24}
                assert client.post(path, data=form).status_code == 403
        assert (f"/admin/orders/{order_id}/refund" in shown) is role.may(Role.REFUND)


def test_who_is_removed_or_changed_is_out_at_once(app: Flask) -> None:
    ann, bob = hired(app, "ann", Role.VIEW), hired(app, "bob", Role.VIEW)

    assert run(app, "remove", "ann").exit_code == 0
    told = run(app, "add", "bob", "--role", "refund")

    assert ann.get("/admin/").status_code == 303
    assert bob.get("/admin/").status_code == 303
    assert signed_in(app, told.stdout.strip(), "bob").get("/admin/").status_code == 200
    listed = run(app, "list").stdout
    assert "ann" not in listed
    assert re.search(r"^bob +refund ", listed, re.MULTILINE)
    assert re.search(r"^admin +all +- ", listed, re.MULTILINE)
    assert run(app, "remove", "ann").exit_code == 1
    assert run(app, "unlock", "ann").exit_code == 1


@pytest.mark.parametrize("name", ["admin", "ADMIN", "", "a b", "<b>", "-x", "ä", "a" * 33])
def test_odd_names_are_refused(app: Flask, name: str) -> None:
    refused = run(app, "add", "--", name)

    assert refused.exit_code == 2
    assert refused.stdout == ""


@pytest.mark.parametrize("name", ["nobody", "\0", "ann\0", "x" * 5000, "'--"])
def test_an_unknown_name_is_a_wrong_password(app: Flask, name: str) -> None:
    watched = Watched(app)
    client = app.test_client()

    assert guess(client, PASSWORD, name).status_code == 401
    assert watched.looks == 1  # and takes as long


def test_the_system_page_lists_the_staff(app: Flask) -> None:
    ann = hired(app, "ann", Role.VIEW)

    page = ann.get("/admin/system").text

    assert "look, refund" not in page
    assert re.search(r"<th scope=.row.>ann</th><td[^>]*>look</td>", page)
    assert "argon2" not in page
