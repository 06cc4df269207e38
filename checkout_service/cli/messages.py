"""`flask messages`: what the merchant's backend was told, and telling it once more."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from checkout_service.domain.views.events import DeliveryView

from .context import fail, for_people, json_option, use_cases
from .printing import moment, plain, print_facts, print_json, print_table

STATES = ("due", "delivered", "dead", "kept")


@click.group("messages")
def messages() -> None:
    """List, show and replay messages; enable their receiver again."""


@messages.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only messages in this state.")
@click.option("--order", "order_id", metavar="ORDER", help="Only messages of this order.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--cursor", help="Go on where the last page ended.")
@json_option
@for_people
def list_messages(
    *, state: str | None, order_id: str | None, limit: int, cursor: str | None, as_json: bool
) -> None:
    """List messages, last written first."""
    uc = use_cases()
    page = uc.read_messages.page(state=state, order_id=order_id, limit=limit, cursor=cursor)
    if as_json:
        data = [plain(message) for message in page.messages]
        print_json(
            {
                "data": data,
                "next_cursor": page.next_cursor,
                "receiver": uc.deliver_outbox.status(),
                "receivers": [plain(one) for one in uc.deliver_outbox.standings()],
            }
        )
        return
    print_table(
        ("MESSAGE", "KIND", "STATE", "TRIES", "LAST ERROR", "NEXT TRY", "WRITTEN"),
        (
            (m.id, m.kind, m.state, m.tries, m.last_error, moment(m.next_at), moment(m.created_at))
            for m in page.messages
        ),
    )
    if page.next_cursor:
        click.echo(f"\nMore: --cursor {page.next_cursor}")


@messages.command("show")
@click.argument("message_id", metavar="MESSAGE")
@json_option
@for_people
def show_message(*, message_id: str, as_json: bool) -> None:
    """Show one message with its body, as the merchant's backend gets it."""
    detail = use_cases().read_messages.detail(message_id)
    body = json.loads(detail.body)
    if as_json:
        ways = [plain(way) for way in detail.deliveries]
        print_json(plain(detail.message) | {"deliveries": ways, "body": body})
        return
    message = detail.message
    print_facts(
        (
            ("message", message.id),
            ("kind", message.kind),
            ("order", message.order_id),
            ("state", message.state),
            ("tries", message.tries),
            ("last error", message.last_error),
            ("written", moment(message.created_at)),
            ("next try", message.next_at and moment(message.next_at)),
            ("delivered", message.delivered_at and moment(message.delivered_at)),
        )
    )
    if detail.deliveries:
        click.echo()
        _print_ways(detail.deliveries)
    click.echo()
    print_json(body)


def _print_ways(ways: Iterable[DeliveryView]) -> None:
    print_table(
        ("RECEIVER", "STATE", "TRIES", "LAST ERROR", "NEXT TRY", "DELIVERED"),
        (
            (
                place,
                way.state,
                way.tries,
                way.last_error,
                way.next_at and moment(way.next_at),
                way.delivered_at and moment(way.delivered_at),
            )
            for place, way in use_cases().deliver_outbox.named(ways)
        ),
    )


@messages.command("replay")
@click.argument("message_ids", metavar="MESSAGE...", nargs=-1, required=True)
@for_people
def replay_messages(*, message_ids: tuple[str, ...]) -> None:
    """Send messages again under their own ids; the worker does it."""
    unknown = [one for one in message_ids if not use_cases().deliver_outbox.replay(one)]
    for one in message_ids:
        click.echo(f"{one}  {'unknown' if one in unknown else 'due'}", err=one in unknown)
    if unknown:
        fail(f"{len(unknown)} of {len(message_ids)} are unknown.")


@messages.command("enable")
@for_people
def enable_receiver() -> None:
    """Send again to every receiver that answered 410 or fails, everything at once."""
    if use_cases().deliver_outbox.enable():
        click.echo("Enabled: everything that waits is due.")
    else:
        click.echo(f"Nothing to enable: the receiver is {use_cases().deliver_outbox.status()}.")
