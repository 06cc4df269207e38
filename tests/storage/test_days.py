"""Rows fall on the shop's days in SQL as they do in Python, on the days that clocks change too."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select

from checkout_service.domain.clock import HOUR
from checkout_service.domain.days import last_midnights, midnight
from checkout_service.storage.admin.days import day_of
from checkout_service.storage.database import make_engine

moments = Table("moments", MetaData(), Column("at", BigInteger))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
def test_every_hour_of_two_weeks_falls_on_its_day(database_url: str, zone: str) -> None:
    now = midnight(date(2026, 11, 3), zone) + HOUR
    midnights = last_midnights(now, zone, 14)
    hours = range(midnights[0], midnights[-1], HOUR // 2)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        moments.create(connection)
        connection.execute(insert(moments), [{"at": at} for at in hours])
        found = connection.execute(select(moments.c.at, day_of(moments.c.at, midnights))).all()
        moments.drop(connection)
    engine.dispose()

    assert len(found) == len(hours)
    for at, day in found:
        assert midnights[day] <= at < midnights[day + 1]
