"""A look that was not to be had now: whoever waits for it is told what is known instead."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from checkout_service.domain.errors import (
    DatabaseUnavailable,
    GatewayError,
    ReadsSpent,
    StaleOrder,
)
from checkout_service.storage.outage import LOCKED


@contextmanager
def going_on_without_a_look(log: logging.Logger, event: str, order_id: str) -> Iterator[None]:
    """Go on without a look that failed; what is behind this block is reached by it alone.

    Raises DatabaseUnavailable, unless it is only being written to: then it can be read.
    """
    try:
        yield
    except DatabaseUnavailable as error:
        if error.outage != LOCKED:
            raise
    except ReadsSpent:
        pass
    except (GatewayError, StaleOrder) as error:
        log.warning(event, extra={"order_id": order_id, "reason": error.code})
