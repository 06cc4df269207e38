"""Every parameter of every route is acted on, refused by name, or told of in the docs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stripe_sandbox.errors import ApiError
from stripe_sandbox.modelled import MODELLED, SHOWN, WITHOUT_EFFECT
from stripe_sandbox.unmodelled import check, tree
from tests.sandbox.nearby import Nearby
from tests.support.sandbox_parameters import TABLE
from tests.support.stripe_spec import parameters

DOCS = Path(__file__).parents[2] / "docs" / "sandbox-differences.md"
KNOWN = json.loads(TABLE.read_text("utf-8"))  # a test keeps it equal to the SDK
# Taken of older callers, of browsers, of Stripe's command line, or only by a sandbox.
BESIDE_THE_SDK = {
    "POST /v1/checkout/sessions": {"payment_method_types"},
    "POST /v1/payment_intents": {"payment_method_types", "payment_method_data.card"},
    "POST /v1/payment_intents/{name}": {"payment_method_data.card"},
    "POST /v1/payment_intents/{name}/confirm": {"client_secret", "payment_method_data.card"},
    "POST /v1/payment_links": {"id"},
    "POST /v1/setup_intents": {"payment_method_types", "payment_method_data.card"},
    "POST /v1/setup_intents/{name}": {"payment_method_data.card"},
    "POST /v1/setup_intents/{name}/confirm": {"payment_method_data.card"},
    "GET /v1/payment_pages/{name}": {"client_secret", "key"},
    "POST /v1/payment_pages/{name}/confirm": {
        "client_secret",
        "email",
        "expected_amount",
        "key",
        "payment_method",
    },
}


def leaves(kind: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Name every parameter at every depth; `*` is an item of a list or a key of a table."""
    if isinstance(kind, str) or "enum" in kind:
        yield at
    elif "unset" in kind:
        yield from leaves(kind["unset"], at)
    elif "any" in kind:
        yield from {leaf for one in kind["any"] for leaf in leaves(one, at)}
    elif not kind.get("fields", True):
        yield at
    elif "fields" in kind:
        for name, inner in kind["fields"].items():
            yield from leaves(inner, (*at, name))
    else:
        yield from leaves(kind.get("list", kind.get("map")), (*at, "*"))


def named(known: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, inner in known.items():
        if isinstance(inner, dict):
            yield from named(inner, (*at, name))
        else:
            yield (*at, name)


# What the description still has and the SDK has dropped, or never had, by its first name.
ONLY_DESCRIBED = {
    ("POST /v1/customers/{name}", "bank_account"),
    ("POST /v1/customers/{name}", "card"),
    ("POST /v1/customers/{name}", "default_alipay_account"),
    ("POST /v1/customers/{name}", "default_bank_account"),
    ("POST /v1/customers/{name}", "default_card"),
    ("POST /v1/payment_intents/{name}/confirm", "client_secret"),
    ("POST /v1/payment_methods/{name}", "payto"),
    ("POST /v1/setup_intents", "payment_method_types"),
    ("POST /v1/setup_intents/{name}", "payment_method_types"),
    ("POST /v1/setup_intents/{name}/confirm", "client_secret"),
}


def test_the_table_has_what_stripes_description_has() -> None:
    """It may have more: the SDK is newer than the description."""
    missing = set()
    for route, kind in KNOWN.items():
        ours = {".".join(leaf[: n + 1]) for leaf in leaves(kind) for n in range(len(leaf))}
        missing |= {(route, name.split(".")[0]) for name in parameters(route) - ours}

    assert missing == ONLY_DESCRIBED
    assert sum(len(parameters(route)) for route in KNOWN) > 2400


def given(steps: tuple[str, ...]) -> Any:
    """Write a request that says this one thing."""
    if not steps:
        return "x"
    inner = given(steps[1:])
    return [inner] if steps[0] == "*" else {steps[0]: inner}


def stand(lines: tuple[str, ...], leaf: tuple[str, ...]) -> bool:
    """Tell whether these lines are about a parameter."""
    known: Any = tree(lines)
    for step in leaf:
        if not isinstance(known, dict):
            break
        if step not in known and "*" not in known:
            return False
        known = known.get(step, known.get("*"))
    return not isinstance(known, dict)


@pytest.mark.parametrize("route", KNOWN)
def test_a_parameter_is_acted_on_or_shown_or_listed_or_refused(route: str) -> None:
    told = DOCS.read_text("utf-8")
    for leaf in set(leaves(KNOWN[route])) - {()}:
        if stand(MODELLED.get(route, ()), leaf):
            continue
        if stand((*SHOWN.get(route, ()), *WITHOUT_EFFECT.get(route, ())), leaf):
            assert f"`{leaf[0]}`" in told, leaf
            continue
        with pytest.raises(ApiError) as refusal:
            check(route, given(leaf))
        assert refusal.value.body["error"]["code"] == "parameter_not_modelled"


@pytest.mark.parametrize("lists", [MODELLED, SHOWN, WITHOUT_EFFECT])
def test_nothing_is_called_modelled_that_stripe_does_not_know(lists: Any) -> None:
    for route, lines in lists.items():
        theirs = leaves(KNOWN.get(route, "string"))
        real = {leaf[: n + 1] for leaf in theirs for n in range(len(leaf))}
        ours = {name for name in named(tree(lines)) if name not in real}
        assert {".".join(name) for name in ours} <= BESIDE_THE_SDK.get(route, set()), route


def test_a_refusal_names_the_whole_of_what_is_not_known(near: Nearby) -> None:
    card = {"payment_method_options": {"card": {"request_three_d_secure": "any"}}}
    product = {"name": "Poster", "tax_details": {"tax_code": "txcd_1"}}
    line = {"price_data": {"currency": "usd", "product_data": product}}

    refusals = [
        near.refused("POST", "payment_intents", amount=500, currency="usd", **card),
        near.refused("POST", "checkout/sessions", line_items=[line]),
        near.refused("POST", "coupons", percent_off=5, applies_to={"products": ["prod_1"]}),
        near.refused("GET", "charges", transfer_group="group"),
    ]

    assert refusals == [
        ("parameter_not_modelled", "payment_method_options[card]"),
        ("parameter_not_modelled", "line_items[0][price_data][product_data][tax_details]"),
        ("parameter_not_modelled", "applies_to"),
        ("parameter_not_modelled", "transfer_group"),
    ]


def test_what_happens_anyway_may_be_asked_for(near: Nearby) -> None:
    owner = near.do("POST", "customers", email="jenny@example.com")["id"]
    asked = {"customer": owner, "collection_method": "send_invoice", "days_until_due": 7}

    near.do("POST", "invoices", **asked, auto_advance=False)

    refusal = near.refused("POST", "invoices", **asked, auto_advance=True)
    assert refusal == ("parameter_not_modelled", "auto_advance")
