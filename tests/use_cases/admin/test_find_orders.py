"""A name and an amount are found among all orders there are, by an index, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text, update

from checkout_service.domain.facts.buyer import Customer, Shipping
from checkout_service.domain.facts.known_buyer import KnownBuyer
from checkout_service.storage.admin import order_keys
from checkout_service.storage.name_keys import key_of, keys_of
from checkout_service.storage.tables import attempts
from tests.support.stage import Stage

Search = Callable[[str], list[str]]


@pytest.fixture
def found(stage_on: Stage) -> Search:
    """Search as the desk does; what buyers told is gone, so that only the index can lead there."""

    def search(words: str) -> list[str]:
        untold = update(attempts).values(buyer=None)
        stage_on.parts.database.write(lambda c: c.execute(untold))
        return [order.id for order in stage_on.use_cases.admin.find_orders.find(words).orders]

    return search


def bought_by(stage: Stage, name: str, **more: Any) -> str:
    bought = stage.buys(**more)
    stage.pays(bought, name=name)
    stage.delivers()
    return bought.order


def test_a_name_is_found_by_its_beginning_and_by_its_last_word(
    stage_on: Stage, found: Search
) -> None:
    order = bought_by(stage_on, "Jörg van Müller")
    bought_by(stage_on, "Jane Doe")

    for words in ("jörg", "JÖRG VAN", "müll", "Müller, Jörg", "  jörg   van  müller "):
        assert found(words) == [order], words
    for words in ("örg", "jörgen", "van", "j%", "j_rg"):
        assert found(words) == [], words


def test_an_amount_is_found_in_the_decimals_of_its_currency(stage_on: Stage, found: Search) -> None:
    dollars, yen = stage_on.buys("poster-usd").order, stage_on.buys("cloth-jpy").order

    assert (found("25"), found("$25.00"), found("2500")) == ([dollars], [dollars], [])
    assert (found("1800"), found("18.00")) == ([yen], [])
    assert found("999999999999.99") == []


def test_what_was_paid_counts_where_it_is_not_what_the_items_cost(
    stage_on: Stage, found: Search
) -> None:
    order = bought_by(stage_on, "Jane Doe")
    stage_on.parts.database.write(
        lambda c: c.execute(text("UPDATE orders SET amount_paid = 2300")).rowcount
    )

    assert found("23.00") == found("25.00") == [order]


def test_who_is_forgotten_is_not_found(stage_on: Stage, found: Search) -> None:
    order = bought_by(stage_on, "Jane Doe")
    assert found("jane") == [order]

    stage_on.use_cases.erase_person.of_order(order)

    assert found("jane") == found("doe") == []
    with stage_on.parts.database.read() as connection:
        row = connection.execute(attempts.select()).one()
    assert (row.buyer, row.buyer_name, row.buyer_surname) == (None, None, None)


@pytest.mark.parametrize("words", ["jane", "25.00"])
def test_each_is_found_by_its_index(stage_on: Stage, words: str) -> None:
    bought_by(stage_on, "Jane Doe")
    search = order_keys.by_name if words == "jane" else order_keys.by_amount
    asked: list[tuple[str, Any]] = []
    with stage_on.engine.begin() as connection:  # a transaction: for its time alone is that set
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            connection.execute(text("ANALYZE"))  # as a database does by itself after a while
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_sort = off"))

        def note(*told: Any) -> None:
            asked.append((told[2], told[3]))

        event.listen(connection, "before_cursor_execute", note)
        assert search(connection, words, limit=5)
        event.remove(connection, "before_cursor_execute", note)
        for statement, values in asked:
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(explain + statement, values).all()
            plan = " ".join(str(row) for row in rows)
            index = r"ix_attempts_buyer_(sur)?name" if words == "jane" else r"ix_orders_amount_"
            assert re.search(index, plan), plan


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  Doe,  Jane ", "doe jane"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("a\0b\ud800c", "a b c"),
        ("x" * 5_000, "x" * 100),
        (" , ", ""),
    ],
)
def test_a_key_is_what_every_database_takes(name: str, key: str) -> None:
    assert key_of(name) == key


def test_the_receivers_name_stands_in_for_the_buyers() -> None:
    told = KnownBuyer(customer=Customer(email="j@example.com"), shipping=Shipping(name="Jane Doe"))

    assert keys_of(told) == {"buyer_name": "jane doe", "buyer_surname": "doe jane"}
    assert keys_of(KnownBuyer()) == {"buyer_name": None, "buyer_surname": None}
