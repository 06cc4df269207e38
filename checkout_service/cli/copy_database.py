"""`flask db copy-to`: from the present database to another."""

from __future__ import annotations

import click
from flask_migrate.cli import db

from checkout_service.settings.database import database_url

from .context import for_people, in_words, use_cases
from .printing import amount, print_table


def _url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return database_url(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def migrations() -> click.Group:
    """Return the commands of Flask-Migrate with ours among them; all of them fail in words."""
    group: click.Group = db
    if copy_to.name not in group.commands:  # else somebody asked before, in this process
        for command in group.commands.values():
            if command.callback is not None:
                command.callback = in_words(command.callback)
        group.add_command(copy_to)
    return group


@click.command("copy-to")
@click.argument("url", callback=_url)
@for_people
def copy_to(*, url: str) -> None:
    """Copy every row to the database at URL, which is at head and empty; check each there.

    Stop web and worker first. All of it arrives or nothing does: exits 1 with the reason.
    """
    sums = use_cases().copy_database.copy(url, _tell)
    print_table(
        ("CURRENCY", "ORDERS", "TOTAL", "PAID", "REFUNDED", "CHARGED BACK"),
        (
            (
                one.currency.upper(),
                one.orders,
                *(
                    amount(minor, one.currency)
                    for minor in (one.total, one.paid, one.refunded, one.charged_back)
                ),
            )
            for one in sums
        ),
    )
    click.echo("Every row is there, and the same. Point DATABASE_URL there.")


def _tell(table: str, rows: int) -> None:
    click.echo(f"{table}: {rows:,} rows")
