"""`python -m bench.scale --orders 1000000`: does a request cost more where there are many orders?

The same cases are measured in turn on a database with a thousand orders and on one with that many;
a ratio above 1 says that more orders make it cheaper. It writes some 3 GB and takes a while, so no
other bench runs it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import psycopg

from .meter import Call, Figures, medians
from .stack import Stack, stack

Rounds = dict[str, list[Figures]]

_FEW = 1_000
_CASES = ("webhook", "confirm", "poll")
# Orders that were paid long ago, each with its line, attempt and event.
_FILL = (
    """INSERT INTO orders (id, nonce, flow, status, amount_total, amount_paid, amount_refunded,
 currency, livemode, mode, adjustable, holds, fulfilled, metadata, options, has_more, version,
 sequence, moves, created_at, updated_at, look_tries)
 SELECT 'ord_' || md5('o' || n), md5('n' || n), 'checkout_session', 'paid', 2500, 2500, 0, 'usd',
 false, 'payment', '', '', true, '{}', '{}', false, 2, 1, 2, n, n, 3
 FROM generate_series(%(first)s::int, %(last)s::int) n""",
    """INSERT INTO order_lines (order_id, place, price, name, description, quantity, unit_amount)
 SELECT 'ord_' || md5('o' || n), 0, 'poster-usd', 'Poster', '', 1, 2500
 FROM generate_series(%(first)s::int, %(last)s::int) n""",
    """INSERT INTO attempts (id, order_id, seq, kind, state, ours, won, idempotency_key, session_id,
 intent_id, reference, amount, amount_discount, amount_tax, amount_shipping, created_at, tries)
 SELECT 'att_' || md5('a' || n), 'ord_' || md5('o' || n), 1, 'checkout_session', 'succeeded', true,
 true, 'att_' || md5('a' || n), 'cs_test_' || md5('s' || n), 'pi_' || md5('p' || n),
 'ord_' || md5('o' || n), 2500, 0, 0, 0, n, 1
 FROM generate_series(%(first)s::int, %(last)s::int) n""",
    """INSERT INTO inbox_events (id, type, state, source, livemode, order_id, intent_id, body,
 tries, created, received_at, applied_at)
 SELECT 'evt_' || md5('e' || n), 'checkout.session.completed', 'applied', 'webhook', false,
 'ord_' || md5('o' || n), 'pi_' || md5('p' || n), '{}', 0, n, n, n
 FROM generate_series(%(first)s::int, %(last)s::int) n""",
)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    options.add_argument("--orders", type=int, required=True, help="a million, for instance")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--requests", type=int, default=800)
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory() as other,
        stack(Path(name)) as small,
        stack(Path(other)) as big,
    ):
        fill(small, 1, _FEW)
        fill(big, 1, chosen.orders)
        few, many = _rounds((small, big), chosen.rounds, chosen.requests)
    for case in few:
        of_few, of_many = medians(few[case]), medians(many[case])
        ratio = statistics.median(f.cpu / m.cpu for f, m in zip(few[case], many[case], strict=True))
        print(f"{case:<8} {_FEW} orders {of_few.cpu:>6.0f} us, p99 {of_few.p99:>5.1f} ms;"
              f" {chosen.orders} {of_many.cpu:>6.0f} us, p99 {of_many.p99:>5.1f} ms;"
              f" CPU ratio {ratio:.2f}")  # fmt: skip


def fill(ground: Stack, first: int, last: int) -> None:
    """Write orders of these numbers, and let the database learn how many there are."""
    with psycopg.connect(ground.dsn, autocommit=True) as connection:
        for statement in _FILL:
            connection.execute(statement, {"first": first, "last": last})
        connection.execute("VACUUM (ANALYZE)")


def _rounds(grounds: tuple[Stack, Stack], count: int, requests: int) -> list[Rounds]:
    measured: list[Rounds] = [{case: [] for case in _CASES} for _ in grounds]
    for number in range(count + 1):
        for case in _CASES:
            for ground, rounds in zip(grounds, measured, strict=True):
                calls: list[Call] = getattr(ground, f"{case}s")(requests)
                figures = ground.measure("ours", calls)
                if number:  # the first round warms up
                    rounds[case].append(figures)
    return measured


if __name__ == "__main__":
    main()
