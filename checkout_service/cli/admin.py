"""`flask admin`: who may sign in to the admin, and the way back in when the door is besieged."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import click

from checkout_service.domain.staff import OWNER, Role

from .context import for_people, json_option, settings, use_cases
from .printing import moment, plain, print_json, print_table

_YES_NO = {True: "yes", False: "no"}
_NO_DOOR = "ADMIN_PASSWORD is not set: there is no /admin/ to sign in to yet."


@click.group("admin")
def admin() -> None:
    """Add, list and remove those who sign in to /admin/; open its door again."""


@admin.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.VIEW.value,
    show_default=True,
    help="view looks, refund also gives money back, all does everything.",
)
@for_people
def add(*, name: str, role: str) -> None:
    """Let NAME sign in, with a new password shown once; again: another role and password."""
    click.echo(use_cases().admin.staff.add(name, Role(role)))
    _say("This password is not shown again.")


@admin.command("list")
@json_option
@for_people
def list_staff(*, as_json: bool) -> None:
    """List who may sign in and when they were last here."""
    found = use_cases().admin.staff.list()
    if as_json:
        print_json({"data": [plain(one) for one in found]})
        return
    print_table(
        ("NAME", "ROLE", "SINCE", "LAST HERE", "CODE"),
        (
            (one.name, one.role, moment(one.created_at), moment(one.seen_at), _YES_NO[one.has_code])
            for one in found
        ),
    )


@admin.command("remove")
@click.argument("name")
@for_people
def remove(*, name: str) -> None:
    """Let NAME in no more; whoever is signed in by it is out at once."""
    use_cases().admin.staff.remove(name)
    click.echo(f"{name} is removed.")


@admin.command("totp")
@click.argument("name", default=OWNER)
@click.option("--off", is_flag=True, help="Ask NAME for the password alone from now on.")
@for_people
def totp(*, name: str, off: bool) -> None:
    """Ask NAME for the code of an authenticator app at every sign-in; tell the app's address."""
    staff = use_cases().admin.staff
    if off:
        staff.ask_for_no_code(name)
        click.echo(f"{name} signs in with the password alone.")
        return
    issuer = urlsplit(settings().public_base_url).netloc
    click.echo(staff.ask_for_code(name, issuer=issuer))
    _say(
        "Give this to the app, typed or as a QR code (qrencode -t ansiutf8). It is not told again."
    )


@admin.command("unlock")
@click.argument("name", default=OWNER)
@for_people
def unlock(*, name: str) -> None:
    """Forget wrong guesses; tell an address that lets a browser ahead of strangers."""
    browser = use_cases().admin.staff.unlock(name)
    _say("Guesses are forgotten. Within 15 minutes, open this in the browser to sign in with:")
    click.echo(f"{settings().public_base_url}/admin/login?{urlencode({'browser': browser})}")


def _say(words: str) -> None:
    """Speak to the person beside the answer, which a pipe may take."""
    click.echo(words, err=True)
    if settings().admin_password is None:
        click.echo(_NO_DOOR, err=True)
