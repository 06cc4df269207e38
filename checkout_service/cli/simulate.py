"""`flask simulate`: a day at the shop in a minute, against the sandbox and nothing else.

Orders are opened by the product's own use cases, buyers pay at the sandbox, and the product finds
out by its webhooks or its sweep. Exits 1 when an order did not end as it must.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TypeVar

import click

from checkout_service.domain import ids
from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.views.orders import OrderView
from checkout_service.domain.views.shapes import private_order
from checkout_service.settings import Settings
from checkout_service.use_cases.checkout.list_products import PriceTag
from checkout_service.use_cases.refunds.refund_order import RequestedRefund

from .context import WRONG_INPUT, fail, for_people, json_option, settings, use_cases
from .printing import amount, print_json, print_table
from .scenarios import SCENARIOS, Buyer, Sandbox, Scenario

T = TypeVar("T")

_PATIENCE = 30.0  # seconds for the product to find everything out
_PAUSE = 0.5
_HEADS = ("ORDER", "WHAT HAPPENED", "STATUS", "FULFILLED", "TOTAL", "HOLDS", "AS IT MUST")


@dataclass(slots=True)
class Played:
    """One order of the simulation; its view is renewed until it ends as it must."""

    scenario: Scenario
    order: OrderView
    session: str
    refunded: bool = False

    @property
    def right(self) -> bool:
        return self.order.status == self.scenario.end and not self.order.holds


@click.command("simulate")
@click.option("--orders", "count", type=click.IntRange(1, 1000), default=12, show_default=True)
@json_option
@for_people
def simulate(*, count: int, as_json: bool) -> None:
    """Open orders and let them be paid, declined, refunded, disputed: at the sandbox only."""
    sandbox = _sandbox(settings())
    played = [
        _open(scenario, price)
        for scenario, price in _bar(_plan(count), count, "Opening", hide=as_json)
    ]
    for one in _bar(played, count, "Paying", hide=as_json):
        one.scenario.act(Buyer(sandbox, one.session))
    _find_out(played, hide=as_json)
    _tell(played, as_json=as_json)
    if not all(one.right for one in played):
        fail("Not every order ended as it must.")


def _sandbox(known: Settings) -> Sandbox:
    """Return the sandbox; whatever could be real money ends the command."""
    if known.live:
        fail("simulate never runs with a live key.", WRONG_INPUT)
    if known.stripe_api_base is None or known.stripe_api_base.endswith(".stripe.com"):
        fail("simulate needs STRIPE_API_BASE to be a sandbox, not Stripe.", WRONG_INPUT)
    if known.pull_mode:
        fail("In pull mode nothing can be opened; give the service a sk_test_ key.", WRONG_INPUT)
    sandbox = Sandbox(str(known.stripe_api_base))
    sandbox.make_sure()
    return sandbox


def _plan(count: int) -> Iterator[tuple[Scenario, PriceTag]]:
    """Deal out scenarios and prices in turn, without those whose currency nothing is sold in."""
    tags = [tag for product in use_cases().list_products.list() for tag in product.prices]
    once = [tag for tag in tags if tag.recurring is None]
    if not once:
        fail("The catalog sells nothing at once: subscriptions alone are not simulated.")
    scenarios = [
        scenario
        for scenario in SCENARIOS
        if scenario.currency is None or _sold(once, scenario.currency)
    ]
    turns = {
        name: cycle(_sold(once, name)) for name in {scenario.currency for scenario in scenarios}
    }
    for scenario in islice(cycle(scenarios), count):
        yield scenario, next(turns[scenario.currency])


def _sold(tags: Sequence[PriceTag], currency: str | None) -> list[PriceTag]:
    return [tag for tag in tags if currency in (None, tag.currency)]


def _open(scenario: Scenario, price: PriceTag) -> Played:
    cart = Cart((CartItem(price.id, 1),))
    opened = use_cases().start_checkout.start(cart, nonce=ids.new_id("non"))
    return Played(scenario, opened.order, opened.id)


def _find_out(played: Sequence[Played], *, hide: bool) -> None:
    """Sweep and refund until every order ended as it must, or patience is at its end."""
    until = time.monotonic() + _PATIENCE
    left = list(played)

    def ended() -> Iterator[Played]:
        while left and time.monotonic() < until:
            use_cases().sweep.sweep()
            for one in left[:]:
                _look_again(one)
                if one.right:
                    left.remove(one)
                    yield one
            time.sleep(_PAUSE if left else 0)

    for _ in _bar(ended(), len(played), "Settling", hide=hide):
        pass


def _look_again(one: Played) -> None:
    """Read how the order stands; return its money back if that is its scenario and it is there."""
    uc = use_cases()
    one.order = uc.read_orders.view(one.order.id)
    if one.scenario.refund and one.order.fulfilled and not one.refunded:
        one.refunded = True
        nonce = f"simulate-{one.order.id}"
        uc.refund_order.refund(one.order.id, RequestedRefund(), nonce=nonce, source="cli")
        one.order = uc.read_orders.view(one.order.id)


def _tell(played: Sequence[Played], *, as_json: bool) -> None:
    if as_json:
        data = [
            {
                "order": private_order(one.order),
                "what_happened": one.scenario.what_happened,
                "must_end": one.scenario.end.value,
                "as_it_must": one.right,
            }
            for one in played
        ]
        print_json({"data": data})
        return
    print_table(
        _HEADS,
        (
            (
                one.order.id,
                one.scenario.what_happened,
                one.order.status.value,
                one.order.fulfilled,
                amount(one.order.amount_total, one.order.currency),
                one.order.holds,
                one.right,
            )
            for one in played
        ),
    )
    ends = Counter(one.order.status.value for one in played)
    click.echo("\n" + ", ".join(f"{count} {status}" for status, count in sorted(ends.items())))


def _bar(things: Iterable[T], count: int, label: str, *, hide: bool) -> Iterator[T]:
    """Go through things under a bar on stderr; a pipe sees none."""
    hide = hide or not sys.stderr.isatty()
    with click.progressbar(things, count, label, file=sys.stderr, hidden=hide) as bar:
        yield from bar
