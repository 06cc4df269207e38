"""Session ids that nobody knows: a few a reference, each with a rest of its own that ends."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR, MINUTE, SECOND
from checkout_service.storage.database import Database
from checkout_service.storage.links import claims

from .pending import NOW

REFERENCE, MOST = "ref_" + "a" * 24, 5


def claim(database: Database, session: str, at: int, *, rest: int = 2 * SECOND) -> bool:
    return database.write(
        lambda c: claims.claim(c, REFERENCE, session, now=at, most=MOST, until=at + rest)
    )


def free_at(database: Database, session: str, now: int) -> int | None:
    with database.read() as connection:
        return claims.rests_until(connection, REFERENCE, session, now=now, most=MOST)


@pytest.mark.parametrize(
    ("reads", "rest"),
    [(0, 2), (7, 2), (8, 8), (12, 32), (16, 256), (20, 2_048)],
)
def test_a_claim_rests_ever_longer_by_what_its_order_has_cost(reads: int, rest: int) -> None:
    assert claims.rest(2 * SECOND, reads) == rest * SECOND


def test_no_claim_rests_longer_than_an_hour() -> None:
    assert [claims.rest(MINUTE, reads) for reads in (0, 8, 12, 16, 59)] == [
        MINUTE,
        4 * MINUTE,
        16 * MINUTE,
        HOUR,
        HOUR,
    ]


def test_a_claim_is_had_once_a_rest(database: Database) -> None:
    assert free_at(database, "cs_one", NOW) == NOW
    assert claim(database, "cs_one", NOW)

    assert free_at(database, "cs_one", NOW) == NOW + 2 * SECOND
    assert not claim(database, "cs_one", NOW + 2 * SECOND - 1)
    assert claim(database, "cs_one", NOW + 2 * SECOND, rest=MINUTE)
    assert not claim(database, "cs_one", NOW + 4 * SECOND)


def test_a_reference_has_five_claims_and_each_stays_its_own(database: Database) -> None:
    had = [claim(database, f"cs_{n}", NOW) for n in range(7)]

    assert had == [True] * 5 + [False] * 2
    assert free_at(database, "cs_6", NOW + DAY) is None
    assert claim(database, "cs_4", NOW + DAY)


def test_a_rest_that_a_clock_far_ahead_has_made_is_void(database: Database) -> None:
    assert claim(database, "cs_one", NOW + DAY, rest=HOUR)

    assert claim(database, "cs_one", NOW)
