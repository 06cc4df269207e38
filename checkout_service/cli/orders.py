"""`flask orders`: look at orders, and do what only a person should."""

from __future__ import annotations

import click

from checkout_service.domain import ids
from checkout_service.domain.status import Hold, OrderStatus
from checkout_service.domain.views.order_filter import OrderFilter
from checkout_service.domain.views.orders import OrderView
from checkout_service.domain.views.shapes import detailed_order, private_order
from checkout_service.use_cases.refunds.refund_order import RequestedRefund

from .context import for_people, json_option, use_cases
from .explain import explain, story
from .moment import Moment
from .order_text import print_detail, print_orders
from .printing import amount, plain, print_json


@click.group("orders")
def orders() -> None:
    """List, show, explain, refund, capture, void, cancel and release orders."""


@orders.command("list")
@click.option("--status", type=click.Choice([s.value for s in OrderStatus]))
@click.option("--created-after", type=Moment(), help="Only orders made after this time.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--cursor", help="Go on where the last page ended.")
@json_option
@for_people
def list_orders(
    *,
    status: str | None,
    created_after: int | None,
    limit: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List orders, newest first."""
    wanted = OrderFilter(status=status, created_after=created_after)
    page = use_cases().read_orders.page(wanted, limit=limit, cursor=cursor)
    if as_json:
        data = [private_order(order) for order in page.orders]
        print_json({"data": data, "next_cursor": page.next_cursor})
        return
    print_orders(page.orders)
    if page.next_cursor:
        click.echo(f"\nMore: --cursor {page.next_cursor}")


@orders.command("show")
@click.argument("order_id", metavar="ORDER")
@json_option
@for_people
def show_order(*, order_id: str, as_json: bool) -> None:
    """Show one order with its attempts, refunds, disputes and trail."""
    detail = use_cases().read_orders.detail(order_id)
    if not as_json:
        print_detail(detail)
        return
    print_json(detailed_order(detail))


@orders.command("explain")
@click.argument("order_id", metavar="ORDER")
@json_option
@for_people
def explain_order(*, order_id: str, as_json: bool) -> None:
    """Tell an order's whole story in one timeline, and what to do next."""
    uc = use_cases()
    detail = uc.read_orders.detail(order_id)
    found = story(
        detail,
        uc.read_events.page(order_id=order_id, limit=1000).events,
        uc.read_messages.page(order_id=order_id, limit=1000).messages,
    )
    if as_json:
        timeline = [plain(entry) for entry in found.timeline]
        print_json({"order": order_id, "timeline": timeline, "next": list(found.advice)})
    else:
        explain(found)


@orders.command("refund")
@click.argument("order_id", metavar="ORDER")
@click.option("--amount", "minor", type=click.IntRange(min=1), help="Minor units; else the rest.")
@click.option("--payment-intent", help="Refund this payment, not the one that won.")
@click.option("--key", help="The same key is the same refund, however often it is asked for.")
@json_option
@for_people
def refund_order(
    *, order_id: str, minor: int | None, payment_intent: str | None, key: str | None, as_json: bool
) -> None:
    """Give money back at Stripe."""
    answer = use_cases().refund_order.refund(
        order_id,
        RequestedRefund(amount=minor, payment_intent=payment_intent),
        nonce=f"cli-{order_id}-{key}" if key else ids.new_id("non"),
        source="cli",
    )
    if as_json:
        print_json(plain(answer))
        return
    click.echo(f"{answer.id}  {amount(answer.amount, answer.currency)}  {answer.status}")


@orders.command("capture")
@click.argument("order_id", metavar="ORDER")
@click.option("--amount", "minor", type=click.IntRange(min=1), help="Minor units; else all.")
@click.option("--key", help="The same key is the same capture, however often it is asked for.")
@json_option
@for_people
def capture_order(*, order_id: str, minor: int | None, key: str | None, as_json: bool) -> None:
    """Take the money that is authorised, all or a part; the rest is let go."""
    nonce = f"cli-{order_id}-{key}" if key else ids.new_id("non")
    taken = use_cases().take_money.capture(order_id, minor, nonce=nonce, source="cli")
    _print_order(taken, as_json=as_json)


@orders.command("void")
@click.argument("order_id", metavar="ORDER")
@json_option
@for_people
def void_order(*, order_id: str, as_json: bool) -> None:
    """Let go of the money that is authorised; the order ends canceled."""
    voided = use_cases().take_money.void(order_id, nonce=ids.new_id("non"), source="cli")
    _print_order(voided, as_json=as_json)


@orders.command("cancel")
@click.argument("order_id", metavar="ORDER")
@json_option
@for_people
def cancel_order(*, order_id: str, as_json: bool) -> None:
    """Close an order at Stripe and cancel it, unless money came first."""
    _print_order(use_cases().cancel_order.cancel(order_id, source="cli"), as_json=as_json)


@orders.command("release")
@click.argument("order_id", metavar="ORDER")
@click.argument("hold", type=click.Choice([hold.value for hold in Hold]))
@click.option("--by", envvar="USER", default="cli", help="Who looked.  [default: $USER]")
@json_option
@for_people
def release_hold(*, order_id: str, hold: str, by: str, as_json: bool) -> None:
    """Take a hold down after a look: the order is fulfilled if nothing else stands against it."""
    _print_order(
        use_cases().release_hold.release(order_id, hold, by=by, source="cli"), as_json=as_json
    )


def _print_order(order: OrderView, *, as_json: bool) -> None:
    if as_json:
        print_json(private_order(order))
        return
    print_orders((order,))
