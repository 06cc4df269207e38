"""`flask events`: Stripe's events as they came in, and one more try for those that failed."""

from __future__ import annotations

import json

import click

from .context import fail, for_people, json_option, use_cases
from .printing import moment, plain, print_facts, print_json, print_table

STATES = ("applied", "ignored", "waiting", "failed", "quarantined")
_BAD = ("failed", "quarantined")


@click.group("events")
def events() -> None:
    """List, show and replay Stripe's events."""


@events.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only events in this state.")
@click.option("--order", "order_id", metavar="ORDER", help="Only events of this order.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--cursor", help="Go on where the last page ended.")
@json_option
@for_people
def list_events(
    *, state: str | None, order_id: str | None, limit: int, cursor: str | None, as_json: bool
) -> None:
    """List events, last received first."""
    page = use_cases().read_events.page(state=state, order_id=order_id, limit=limit, cursor=cursor)
    if as_json:
        data = [plain(event) for event in page.events]
        print_json({"data": data, "next_cursor": page.next_cursor})
        return
    print_table(
        ("EVENT", "TYPE", "STATE", "SOURCE", "ORDER", "TRIES", "RECEIVED"),
        (
            (e.id, e.type, e.state, e.source, e.order_id, e.tries, moment(e.received_at))
            for e in page.events
        ),
    )
    if page.next_cursor:
        click.echo(f"\nMore: --cursor {page.next_cursor}")


@events.command("show")
@click.argument("event_id", metavar="EVENT")
@json_option
@for_people
def show_event(*, event_id: str, as_json: bool) -> None:
    """Show one event with its body, which may hold a buyer's data."""
    detail = use_cases().read_events.detail(event_id)
    body = json.loads(detail.body)
    if as_json:
        print_json(plain(detail.event) | {"body": body})
        return
    event = detail.event
    print_facts(
        (
            ("event", event.id),
            ("type", event.type),
            ("state", event.state),
            ("order", event.order_id),
            ("source", event.source),
            ("api version", event.api_version),
            ("live", event.livemode),
            ("tries", event.tries),
            ("last error", event.last_error),
            ("created", moment(event.created)),
            ("received", moment(event.received_at)),
            ("applied", event.applied_at and moment(event.applied_at)),
            ("next try", event.next_at and moment(event.next_at)),
        )
    )
    click.echo()
    print_json(body)


@events.command("replay")
@click.argument("event_ids", metavar="EVENT...", nargs=-1, required=True)
@for_people
def replay_events(*, event_ids: tuple[str, ...]) -> None:
    """Merge stored events once more. Safe to repeat: a known fact changes nothing."""
    wrong = 0
    for event_id in event_ids:
        if not use_cases().receive_event.replay(event_id, source="cli"):
            click.echo(f"{event_id}  unknown", err=True)
            wrong += 1
            continue
        event = use_cases().read_events.detail(event_id).event
        click.echo(f"{event_id}  {event.state}")
        wrong += event.state in _BAD
    if wrong:
        fail(f"{wrong} of {len(event_ids)} could not be applied.")
