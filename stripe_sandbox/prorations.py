"""Prorations: what a change of items gives back and costs for the rest of a period.

They are invoice items, which the next invoice takes along.
https://docs.stripe.com/billing/subscriptions/prorations
"""

from __future__ import annotations

from datetime import UTC, datetime

from . import invoice_items
from .store import Json
from .world import Call


def of_change(
    call: Call, thing: Json, before: list[Json], at: int, *, debits: bool = True
) -> list[Json]:
    """Return what is owed, not yet kept: unused time of what was, remaining time of what is."""
    was = {item["id"]: item for item in before}
    now = {item["id"]: item for item in thing["items"]["data"]}
    period = before[0]["current_period_start"], before[0]["current_period_end"]
    found = [
        _item(call, thing, item, period, at=at, words=words)
        for items, others, words in ((before, now, "Unused"), (now.values(), was, "Remaining"))
        for item in items
        if _differ(item, others.get(item["id"])) and (debits or words == "Unused")
    ]
    return [item for item in found if item["amount"]]


def _differ(item: Json, other: Json | None) -> bool:
    if other is None:
        return True
    return (item["price"]["id"], item["quantity"]) != (other["price"]["id"], other["quantity"])


def part(amount: int, period: tuple[int, int], at: int) -> int:
    """Return the part of an amount that is for the rest of a period, rounded half up."""
    start, end = period
    return (amount * (end - at) * 2 + (end - start)) // (2 * (end - start))


def _item(
    call: Call, thing: Json, item: Json, period: tuple[int, int], *, at: int, words: str
) -> Json:
    price, quantity = item["price"], item["quantity"]
    amount = part(price["unit_amount"] * quantity, period, at)
    product = call.store.get(price["product"], "product") or {}
    times = f"{quantity} \N{MULTIPLICATION SIGN} " if quantity != 1 else ""
    day = datetime.fromtimestamp(at, UTC)
    of_item = {"subscription": thing["id"], "subscription_item": item["id"]}
    return invoice_items.blank(
        call,
        amount=-amount if words == "Unused" else amount,
        currency=thing["currency"],
        customer=thing["customer"],
        date=at,
        description=f"{words} time on {times}{product.get('name', 'Product')} after "
        f"{day.day} {day:%b %Y}",
        discountable=False,
        parent={"subscription_details": of_item, "type": "subscription_details"},
        period={"start": at, "end": period[1]},
        pricing={
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(-amount if words == "Unused" else amount),
        },
        proration=True,
        proration_details={"credited_items": None, "discount_amounts": []},
        quantity=quantity,
    )
