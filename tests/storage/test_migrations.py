"""Migrations from empty to head and back, on both databases, equal to the tables in code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from checkout_service.storage.database import make_engine
from checkout_service.storage.tables import metadata
from tests.support.databases import KEYS, migrate
from tests.support.merchant import running_merchant
from tests.support.outbox import NOON, open_outbox
from tests.support.processes import run
from tests.support.receivers import DOWN, Told, worker

AN_ORDER = (
    "INSERT INTO orders (id, nonce, flow, status, amount_total, amount_paid, amount_refunded,"
    " currency, livemode, mode, adjustable, holds, fulfilled, metadata, options, has_more,"
    " version, sequence, moves, created_at, updated_at, look_tries) VALUES ('o', 'n',"
    " 'checkout_session', '{status}', {total}, 0, 0, '{currency}', false, 'payment', '', '',"
    " false, '{{}}', '{{}}', false, 0, 0, 0, 1, 1, 0)"
)


def test_a_migrated_database_is_what_the_tables_say(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_two_migrators_at_once_migrate_once(empty_database_url: str) -> None:
    env = KEYS | {"DATABASE_URL": empty_database_url}
    upgrade = partial(run, ["flask", "--app", "wsgi", "db", "upgrade"], env=env)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(upgrade) for _ in range(2)]:
            done.result()

    engine = make_engine(empty_database_url)
    with engine.connect() as connection:
        versions = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    engine.dispose()
    assert len(versions) == 1


def test_down_to_nothing_and_up_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    migrate(empty_database_url, "downgrade", "base")
    engine = make_engine(empty_database_url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()

    migrate(empty_database_url)

    engine = make_engine(empty_database_url)
    assert "orders" in inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_no_key_is_drawn_from_a_sequence_so_a_copy_has_none_to_set(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        sequences = text("SELECT count(*) FROM pg_class WHERE relkind = 'S'")

        assert connection.execute(sequences).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize(
    "row",
    [
        {"status": "paid!", "total": 1, "currency": "usd"},
        {"status": "pending", "total": -1, "currency": "usd"},
        {"status": "pending", "total": 1, "currency": "dollars"},
    ],
)
def test_the_database_itself_refuses_nonsense(database_url: str, row: dict[str, object]) -> None:
    engine = make_engine(database_url)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(AN_ORDER.format(**row)))
    engine.dispose()


def test_refunds_of_the_first_edition_are_finished_by_the_second(empty_database_url: str) -> None:
    """What was asked for and never answered is looked for, what was done stays done."""
    migrate(empty_database_url, "upgrade", "0003")
    order = AN_ORDER.format(status="paid", total=1, currency="usd")
    request = (
        "INSERT INTO refund_requests (id, nonce, order_id, intent_id, amount, refund_id, refused,"
        " created_at) VALUES ('{name}', '{name}', 'o', 'pi_1', 5, {refund}, {refused}, 7)"
    )
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text(order))
        for name, refund, refused in (
            ("open", "NULL", "NULL"),
            ("done", "'re_1'", "NULL"),
            ("refused", "NULL", "'card_declined'"),
        ):
            connection.execute(text(request.format(name=name, refund=refund, refused=refused)))

    migrate(empty_database_url)

    with engine.connect() as connection:
        query = "SELECT id, state, key, tries, next_at, result_id FROM money_writes ORDER BY id"
        rows = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    assert rows == [
        ("done", "done", "done", 0, None, "re_1"),
        ("open", "asked", "open", 1, 7, None),
        ("refused", "refused", "refused", 0, None, None),
    ]


def test_what_one_of_several_receivers_was_owed_is_due_to_the_one_that_is_left(
    database_url: str,
) -> None:
    """The way back to one receiver loses no message, and repeats none that all have got."""
    with running_merchant() as merchant:
        outbox = open_outbox(database_url, merchant)
        well, down = Told("well"), Told("down")
        (done,) = outbox.owe()
        worker(outbox, well, down).deliver()
        down.answer = DOWN
        (owed,) = outbox.owe()
        worker(outbox, well, down).deliver()
        outbox.close()

    migrate(database_url, "downgrade", "0013")

    engine = make_engine(database_url)
    with engine.connect() as connection:
        query = text("SELECT id, state, wish, next_at FROM outbox_messages")
        rows = {tuple(row) for row in connection.execute(query)}
    engine.dispose()
    assert rows == {(done, "delivered", "", None), (owed, "due", "", NOON)}


def test_buyers_of_before_are_found_by_their_names(empty_database_url: str) -> None:
    migrate(empty_database_url, "upgrade", "0016")
    engine = make_engine(empty_database_url)
    attempt = (
        "INSERT INTO attempts (id, order_id, seq, kind, state, ours, won, idempotency_key, amount,"
        " amount_discount, amount_tax, amount_shipping, amount_authorized, created_at, tries,"
        " guessed, seen_at, seen_by_event, buyer) VALUES ('{name}', 'o', {seq}, 'payment_intent',"
        " 'failed', true, false, '{name}', 1, 0, 0, 0, 0, 1, 0, false, 0, false, {buyer})"
    )
    people = (
        """'{"customer": {"name": " Jane  DOE"}, "seen": {}}'""",
        """'{"customer": {"name": null}, "shipping": {"name": "Ole"}, "seen": {}}'""",
        """'{"payment_method": {"type": "card"}, "seen": {}}'""",
        "NULL",
    )
    with engine.begin() as connection:
        added = (
            "capture, amount_charged_back, look_wishes, look_failures, reads, reads_window, number"
        )
        order = AN_ORDER.format(status="paid", total=1, currency="usd")
        order = order.replace("(id, nonce,", f"(id, {added}, nonce,")
        order = order.replace("('o',", "('o', 'automatic', 0, 0, 0, 0, 0, 'A7K-3F9Q',")
        connection.execute(text(order))
        for seq, buyer in enumerate(people):
            connection.exec_driver_sql(attempt.format(name=f"a{seq}", seq=seq, buyer=buyer))

    migrate(empty_database_url)

    query = text("SELECT buyer_name, buyer_surname FROM attempts ORDER BY id")
    with engine.connect() as connection:
        named = [tuple(row) for row in connection.execute(query)]
    assert named == [("jane doe", "doe jane"), ("ole", "ole"), (None, None), (None, None)]
    engine.dispose()
    migrate(empty_database_url, "downgrade", "0016")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(buyer) FROM attempts")).scalar_one() == 3
    columns = {column["name"] for column in inspect(engine).get_columns("attempts")}
    assert "buyer_name" not in columns
    engine.dispose()
