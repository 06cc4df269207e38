"""A time on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from checkout_service.domain.clock import SECOND


class Moment(click.ParamType[int]):
    """An ISO 8601 date or time, UTC unless it says otherwise; milliseconds inside."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date or time such as 2026-11-21T08:00:00Z", param, ctx)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return int(at.timestamp() * SECOND)
