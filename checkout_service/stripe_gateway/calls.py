"""One call to Stripe: counted, bounded, without the SDK's objects. Nobody else uses the client.

A read is tried once, because every try counts against the ceiling and the caller has a local
answer to fall back on; a write is tried twice under one idempotency key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import StripeRejected, StripeUnavailable
from checkout_service.domain.frozen import frozen

from .bulkhead import Bulkhead
from .client import Connector
from .failures import our_failures
from .fields import Json, Malformed, flag, identifier, wants_object
from .routes import Route

PAGE = 100
_READ_RETRIES, _WRITE_RETRIES = 0, 1
_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)


@frozen
class Page:
    """One page of a list, newest first."""

    items: list[Json]
    more: bool
    asked_at: int  # when it was asked for, milliseconds UTC

    @property
    def first(self) -> str:
        return identifier(self.items[0], "id")

    @property
    def last(self) -> str:
        return identifier(self.items[-1], "id")


@frozen
class Calls:
    """All that a call needs. `budget` bounds all its tries together, in seconds."""

    connector: Connector
    bulkhead: Bulkhead
    take_read: Callable[[bool], None]
    budget: float
    clock: Clock

    def get(
        self, route: Route, params: Mapping[str, Any], *, urgent: bool, of: str | None = None
    ) -> Json:
        """Read from Stripe; `of` fills the route's `{id}`.

        Raises ReadsSpent, StripeUnavailable, StripeRejected.
        """
        return self.get_at(route, params, urgent=urgent, of=of)[0]

    def get_at(
        self, route: Route, params: Mapping[str, Any], *, urgent: bool, of: str | None = None
    ) -> tuple[Json, int]:
        """Read as `get` does; the second value is when the request was sent, milliseconds UTC."""
        address = _address(route, of)
        self.take_read(urgent)  # before the slot: it may wait
        asked_at = self.clock.now()
        return self._call(route, address, params, _READ_RETRIES), asked_at

    def post(
        self,
        route: Route,
        params: Mapping[str, Any],
        *,
        of: str | None = None,
        key: str | None = None,
    ) -> Json:
        """Write to Stripe, under `key` or under one made for this call alone.

        Raises StripeUnavailable, StripeRejected.
        """
        options = {"idempotency_key": key} if key else {}
        return self._call(route, _address(route, of), {**params, **options}, _WRITE_RETRIES)

    def page(self, route: Route, params: Mapping[str, Any], *, urgent: bool = False) -> Page:
        data, asked_at = self.get_at(route, {"limit": PAGE, **params}, urgent=urgent)
        with reading():
            return _page(data, asked_at)

    def pages(
        self, route: Route, params: Mapping[str, Any], *, urgent: bool = False
    ) -> Iterator[Page]:
        """List newest first; each page is one read, made when it is asked for."""
        cursor: dict[str, str] = {}
        while True:
            page = self.page(route, {**params, **cursor}, urgent=urgent)
            yield page
            if not page.more:
                return
            with reading():
                cursor = {"starting_after": page.last}

    def _call(self, route: Route, address: str, params: Mapping[str, Any], retries: int) -> Json:
        connection = self.connector.connection()
        write = route.method == "post"
        with (
            self.bulkhead.slot(),
            connection.transport.within(self.budget),
            our_failures(str(route), write=write),
        ):
            answer = connection.client.raw_request(
                route.method, address, **params, max_network_retries=retries
            )
        with reading(write=write):
            return wants_object(answer.data, "answer")


@contextmanager
def reading(*, write: bool = False) -> Iterator[None]:
    """Turn an answer we cannot read into StripeUnavailable: a lying upstream proves nothing."""
    try:
        yield
    except Malformed as error:
        message = f"Stripe's answer cannot be read ({error})."
        raise StripeUnavailable(message, indeterminate=write) from None


def _page(data: Json, asked_at: int) -> Page:
    items = data.get("data")
    if not isinstance(items, list):
        raise Malformed("data")
    page = Page([wants_object(item, "data") for item in items], flag(data, "has_more"), asked_at)
    if page.more and not page.items:
        raise Malformed("has_more")  # or we would ask for ever
    return page


def _address(route: Route, an_id: str | None) -> str:
    """Refuse what is no id: `..` or nothing at all would name another address."""
    if an_id is None:
        return route.path
    if not _ID.fullmatch(an_id):
        raise StripeRejected("There is no such object at Stripe.", reason="resource_missing")
    return route.path.format(id=an_id)
