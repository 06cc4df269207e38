"""`flask quarantine`: what failed again and again and waits for a person, and one more try."""

from __future__ import annotations

import click

from checkout_service.domain.errors import NotFound

from .context import fail, for_people, json_option, use_cases
from .printing import cell, plain, print_json, print_table

_NEXT = {
    "order": "looked up at the next sweep",
    "money_write": "finished at the next sweep",
    "link_session": "read at the next sweep",
}
_BAD = ("failed", "quarantined")


@click.group("quarantine")
def quarantine() -> None:
    """List and retry what was set aside: orders, events, writes of money, sessions of links."""


@quarantine.command("list")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    help="So many of each kind.",
)
@json_option
@for_people
def list_quarantined(*, limit: int, as_json: bool) -> None:
    """List what waits for a person, and why."""
    found = use_cases().quarantine.list(limit=limit)
    if as_json:
        print_json({"data": [plain(item) | {"told": item.why} for item in found]})
        return
    if not found:
        click.echo("Nothing is in quarantine.")
        return
    print_table(("KIND", "ID", "WHY"), ((item.kind, item.id, item.why) for item in found))
    click.echo("\nOnce the reason is gone: flask quarantine retry ID...")


@quarantine.command("retry")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@for_people
def retry_quarantined(*, names: tuple[str, ...]) -> None:
    """Try these again. Safe to repeat: money is looked for before anything is asked anew."""
    wrong = sum(not _tried(name) for name in dict.fromkeys(names))
    if wrong:
        fail(f"{wrong} of {len(dict.fromkeys(names))} could not be tried again.")


def _tried(name: str) -> bool:
    uc = use_cases()
    try:
        kind = uc.quarantine.find(name).kind
        uc.quarantine.retry(name, source="cli")
    except NotFound:
        click.echo(f"{cell(name)}  not in quarantine", err=True)
        return False
    if kind != "event":
        click.echo(f"{name}  {_NEXT[kind]}")
        return True
    event = uc.read_events.detail(name).event
    why = f" ({cell(event.last_error)})" if event.last_error else ""
    click.echo(f"{name}  {event.state}{why}")
    return event.state not in _BAD
