"""Two PostgreSQL servers, the second a synchronous standby: what is committed is on both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.support.patience import PATIENCE
from tests.support.postgres import CARELESS, OwnServer

# Their machine stays up, so nothing need reach a disk; the standby must have it all the same.
_SETTINGS = [setting for setting in CARELESS if "synchronous_commit" not in setting]
_IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"


class Pair:
    """A primary and its standby."""

    def __init__(self, primary: OwnServer, standby: OwnServer) -> None:
        self.primary, self.standby = primary, standby

    def url(self, name: str) -> str:
        """Return a database's URL as an operator writes it: both servers, whoever is primary."""
        return f"postgresql://postgres@127.0.0.1:{self.primary.port},127.0.0.1:{self.standby.port}/{name}"

    def promote(self) -> None:
        """Make the standby the primary, and wait until it is."""
        with psycopg.connect(self.standby.url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote(true, 60)")


@contextmanager
def pair() -> Iterator[Pair]:
    primary = OwnServer([*_SETTINGS, "synchronous_standby_names=*"])
    try:
        standby = OwnServer(_SETTINGS, standby_of=primary)
        try:
            _wait_until_in_step(primary)
            yield Pair(primary, standby)
        finally:
            standby.stop()
    finally:
        primary.stop()


def _wait_until_in_step(primary: OwnServer) -> None:
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(primary.url, autocommit=True) as connection:
        while connection.execute(_IN_STEP).fetchone() != (1,):
            assert time.monotonic() < deadline, "no standby"
            time.sleep(0.05)
