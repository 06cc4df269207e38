"""`flask erase`: take people out, keep the ledger. It cannot be taken back."""

from __future__ import annotations

from dataclasses import asdict

import click

from checkout_service.domain.clock import DAY

from .context import WRONG_INPUT, fail, for_people, json_option, use_cases
from .printing import cell, print_json


@click.command("erase")
@click.option("--order", "order_id", metavar="ID", help="Of this order.")
@click.option("--email", metavar="ADDRESS", help="Of everybody with this address.")
@click.option(
    "--older-than", type=click.IntRange(1), metavar="DAYS", help="Of orders that rested so long."
)
@json_option
@for_people
def erase(
    *, order_id: str | None, email: str | None, older_than: int | None, as_json: bool
) -> None:
    """Erase personal data of finished orders; amounts, statuses and the trail stay.

    Exits 1 when an order still waits for its payment.
    """
    if sum(given is not None for given in (order_id, email, older_than)) != 1:
        fail("Say one of --order ID, --email ADDRESS, --older-than DAYS.", WRONG_INPUT)
    uc = use_cases()
    left: tuple[str, ...] = ()
    if older_than is not None:
        done = asdict(uc.forget_old.forget(older_than * DAY))
    else:
        verb = uc.erase_person
        erased = verb.of_order(order_id) if order_id is not None else verb.of_email(email or "")
        done, left = asdict(erased), erased.unfinished
    if as_json:
        print_json(done)
    else:
        click.echo(f"Erased {done['orders']} orders and {done['events']} more bodies of events.")
    if left:
        fail(f"Not finished yet, so not erased: {cell(', '.join(left))}.")
