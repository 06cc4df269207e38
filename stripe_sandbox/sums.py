"""What the lines of an invoice come to: less discounts, and taxed by their rates.

Percentages have up to four decimals; amounts are whole numbers, never floats.
"""

from __future__ import annotations

from collections.abc import Iterable

from .store import Json

_WHOLE = 1_000_000  # of a percentage in ten-thousandths


def reckon(rows: Iterable[Json], discounts: Iterable[Json]) -> Json:
    """Add up rows and write into each what of every discount and tax is its own.

    A row has an `amount`, perhaps `_rates`, and `discountable` unless it is. A discount has an
    `id` and a `coupon`.
    """
    rows = list(rows)
    left = [max(0, row["amount"]) if row.get("discountable", True) else 0 for row in rows]
    for row in rows:
        row["_discount_amounts"] = []
    taken = []
    for discount in discounts:
        whole = _off(discount["coupon"], sum(left))
        taken.append({"amount": whole, "discount": discount["id"]})
        for place, (row, part) in enumerate(zip(rows, spread(whole, left), strict=True)):
            left[place] -= part
            row["_discount_amounts"].append({"amount": part, "discount": discount["id"]})
    for row in rows:
        off = sum(one["amount"] for one in row["_discount_amounts"])
        row["_taxes"] = [_tax(row["amount"] - off, rate) for rate in row.get("_rates") or ()]
    taxes = _by_rate(row["_taxes"] for row in rows)
    inside = sum(one["amount"] for one in taxes if one["tax_behavior"] == "inclusive")
    return {
        "subtotal": sum(row["amount"] for row in rows),
        "discount": sum(one["amount"] for one in taken),
        "tax": sum(one["amount"] for one in taxes) - inside,
        "inside": inside,
        "total_discount_amounts": taken,
        "total_taxes": taxes,
    }


def _off(coupon: Json, amount: int) -> int:
    if coupon["amount_off"] is not None:
        return min(amount, int(coupon["amount_off"]))
    return amount * _ten_thousandths(coupon["percent_off"]) // _WHOLE


def _ten_thousandths(percentage: float) -> int:
    return round(percentage * 10_000)


def spread(amount: int, weights: list[int]) -> list[int]:
    """Part an amount by weight; the heaviest takes what rounding leaves."""
    if not weights:
        return []
    whole = sum(weights) or 1
    parts = [amount * weight // whole for weight in weights]
    parts[weights.index(max(weights))] += amount - sum(parts)
    return parts


def tax_of(amount: int, rate: Json) -> int:
    """Return the tax on an amount, or inside it, rounded half up."""
    share = _ten_thousandths(rate["percentage"])
    whole = _WHOLE + share if rate["inclusive"] else _WHOLE
    return (amount * share * 2 + whole) // (2 * whole)


def _tax(amount: int, rate: Json) -> Json:
    tax = tax_of(amount, rate)
    taxable = amount - tax if rate["inclusive"] else amount
    shown = {"amount": tax, "rate": rate, "taxable_amount": taxable}
    return of_session(shown | {"taxability_reason": "not_available"})


def of_session(tax: Json) -> Json:
    """Show the tax of a session's line in the words of invoices."""
    alike = ("amount", "taxability_reason", "taxable_amount")
    return {
        **{name: tax[name] for name in alike},
        "tax_behavior": "inclusive" if tax["rate"]["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": tax["rate"]["id"]},
        "type": "tax_rate_details",
    }


def _by_rate(taxes: Iterable[list[Json]]) -> list[Json]:
    """Add up what the lines have of each rate."""
    found: dict[str, Json] = {}
    for tax in (one for several in taxes for one in several):
        name = tax["tax_rate_details"]["tax_rate"]
        if name not in found:
            found[name] = dict(tax)
            continue
        for field in ("amount", "taxable_amount"):
            found[name][field] += tax[field]
    return list(found.values())
