"""Stripe's search: fields, metadata, parts, numbers, joints, pages, and what it does not take."""

from __future__ import annotations

import pytest

from tests.sandbox.nearby import Nearby


@pytest.fixture
def three(near: Nearby) -> list[str]:
    """Three customers, oldest first."""
    told = [("Jenny Rosen", "jenny@example.com", "a"), ("Jens Rose", "jens@example.com", "b"),
            ("Bob", "bob@example.org", "a'b")]  # fmt: skip
    return [
        near.do("POST", "customers", name=name, email=email, metadata={"shelf": shelf})["id"]
        for name, email, shelf in told
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("email:'JENNY@example.com'", [0]),
        ('name:"Bob"', [2]),
        ("email~'example.com'", [1, 0]),
        ("metadata['shelf']:'a'", [0]),
        (r"metadata['shelf']:'a\'b'", [2]),
        ("-metadata['shelf']:'a'", [2, 1]),
        ("metadata['other']:null", [2, 1, 0]),
        ("-name:null AND name~'ros'", [1, 0]),
        ("name:'Bob' OR name:'Jens Rose'", [2, 1]),
        ("name~'rose' email:'jens@example.com'", [1]),
        ("created>1000 AND created<=99999999999", [2, 1, 0]),
        ("created<1000", []),
    ],
)
def test_customers_are_found_by_what_is_asked(
    near: Nearby, three: list[str], query: str, wanted: list[int]
) -> None:
    found = near.do("GET", "customers/search", query=query)["data"]

    assert [one["id"] for one in found] == [three[place] for place in wanted]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "jenny",
        "email:'a' AND name:'b' OR name:'c'",
        "shoe_size:'44'",
        "email>'a'",
        "created~'123'",
        "name~'ab'",
        "metadata:'a'",
        "email['x']:'a'",
        "created>'soon'",
        "name>null",
        " AND ".join(["name:'a'"] * 11),
    ],
)
def test_what_search_does_not_take_is_refused_in_words(near: Nearby, query: str) -> None:
    assert near.refused("GET", "customers/search", query=query or " ") == (None, "query")


def test_pages_follow_each_other(near: Nearby, three: list[str]) -> None:
    first = near.do("GET", "customers/search", query="created>1", limit=2)
    last = near.do("GET", "customers/search", query="created>1", limit=2, page=first["next_page"])

    assert [one["id"] for one in first["data"] + last["data"]] == three[::-1]
    assert (first["has_more"], last["has_more"], last["next_page"]) == (True, False, None)
    assert near.refused("GET", "customers/search", query="created>1", page="2") == (None, "page")


def test_payments_are_found_by_amount_and_card(near: Nearby) -> None:
    for amount in (500, 1500):
        near.do(
            "POST", "payment_intents", amount=amount, currency="usd", confirm=True,
            payment_method="pm_card_visa", return_url="https://shop.test/",
        )  # fmt: skip

    card = "payment_method_details.card.last4:'4242'"
    charges = near.do("GET", "charges/search", query=f"amount>=1000 AND {card}")["data"]
    intents = near.do("GET", "payment_intents/search", query="status:'succeeded' AND amount<1000")

    assert [charge["amount"] for charge in charges] == [1500]
    assert [intent["amount"] for intent in intents["data"]] == [500]
