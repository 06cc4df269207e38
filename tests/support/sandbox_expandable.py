"""The fields that may be expanded, of every kind of object, read from the installed SDK.

`python -m tests.support.sandbox_expandable` writes stripe_sandbox/expandable.json anew; a test
keeps the file equal to the SDK. A field is expandable if the SDK types it so, or as a list.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import stripe
from stripe._object_classes import OBJECT_CLASSES

TABLE = Path(__file__).resolve().parents[2] / "stripe_sandbox" / "expandable.json"
_SDK = Path(stripe.__file__).parent
_KINDS = (
    "balance_transaction", "billing_portal.configuration", "billing_portal.session", "charge",
    "checkout.session", "coupon", "customer", "dispute", "invoice", "invoice_payment",
    "item", "payment_intent",
    "invoiceitem", "payment_link", "payment_method", "plan", "price", "product", "promotion_code",
    "radar.early_fraud_warning", "refund", "setup_intent", "shipping_rate", "subscription",
    "subscription_item", "discount",
)  # fmt: skip
# What the reference calls "not included by default", and the SDK's types do not tell.
_BESIDE = {
    "checkout.session": ["total_details.breakdown"],
    "coupon": ["applies_to", "currency_options"],
    "customer": ["cash_balance", "invoice_credit_balance", "tax"],
    "invoice": ["confirmation_secret"],
    "price": ["currency_options", "tiers"],
    "shipping_rate": ["fixed_amount.currency_options"],
}


def table() -> dict[str, list[str]]:
    """Return the paths that may be expanded, by kind."""
    return {kind: sorted({*_of(kind), *_BESIDE.get(kind, ())}) for kind in _KINDS}


def _of(kind: str) -> Iterator[str]:
    module, name = OBJECT_CLASSES[kind]
    path = _SDK.joinpath(*module.split(".")[1:]).with_suffix(".py")
    tree = ast.parse(path.read_text("utf-8"))
    top = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)
    yield from _fields(top, "")


def _fields(node: ast.ClassDef, at: str) -> Iterator[str]:
    inner = {one.name: one for one in node.body if isinstance(one, ast.ClassDef)}
    for line in node.body:
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            continue
        name, text = f"{at}{line.target.id}", ast.unparse(line.annotation)
        if re.search(r"ExpandableField\[|ListObject\[", text):
            yield name
        for word in re.findall(r"\w+", text):
            if word in inner:
                yield from _fields(inner[word], f"{name}.")


def text() -> str:
    """Write the table as it is kept: one kind a line."""
    lines = [f"{json.dumps(kind)}: {json.dumps(paths)}" for kind, paths in table().items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(text(), "utf-8")
