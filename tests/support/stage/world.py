"""The stage itself: one database, one Stripe, one clock, and as many replicas as a story needs."""

from __future__ import annotations

import atexit
import random
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Self

from sqlalchemy import Engine

from checkout_service.bootstrap import Parts
from checkout_service.bootstrap.surroundings import Surroundings
from checkout_service.domain import ids
from checkout_service.settings import Settings
from checkout_service.storage.watch import Write
from checkout_service.use_cases import UseCases
from stripe_sandbox import store
from tests.support.databases import KEYS, PASSWORD
from tests.support.merchant import SECRET

from .catalog import STRIPE_PRICE_AMOUNT, catalog_text
from .engines import MEMORY, borrowed_engine, head
from .receiver import RecordingReceiver
from .steps import Hook, Hooks, Killed, Match, Moment, Step, cut, fail_with, lose_database
from .stripe_side import URL, borrowed_stripe
from .wire import Wire, WsgiTransport

PULL = {"stripe_secret_key": "rk_test_tests", "stripe_webhook_secret": ""}
_MOMENTS: dict[Write, Moment] = {
    Write.BEGINS: "begins",
    Write.COMMITS: "before",
    Write.COMMITTED: "after",
}


class Replica:
    """One process of the service, as far as the service can tell."""

    def __init__(self, number: int, make_parts: Callable[[Replica], Parts]) -> None:
        self.number = number
        self.dead = False
        self.parts = make_parts(self)

    @property
    def use_cases(self) -> UseCases:
        return self.parts.use_cases


class World:
    """What a story plays in. Close it, or use it in a `with` statement.

    The database is `memory`, a URL at head and without rows, or an engine whose rows are deleted:
    an engine that is lent to many stories knows its statements already.
    """

    def __init__(
        self,
        database: str | Engine = MEMORY,
        *,
        seed: int = 1,
        pull_mode: bool = False,
        catalog: str | None = None,
        **settings: Any,
    ) -> None:
        with ExitStack() as opening:
            opening.enter_context(ids.drawn_from(random.Random(f"service {seed}").randbytes))
            opening.enter_context(store.drawn_from(random.Random(f"stripe {seed}").randbytes))
            self.side = opening.enter_context(borrowed_stripe())
            self.clock = self.side.clock
            self.engine = opening.enter_context(borrowed_engine(database))
            self.receiver = RecordingReceiver()
            self.receivers = [self.receiver]
            self.hooks = Hooks()
            self.hooks.add(self._refuse_the_dead)
            self._deciding = False
            self.wire = Wire(self.side.app, self.clock, self.hooks, self.side.tick)
            values: dict[str, Any] = {name.lower(): value for name, value in KEYS.items()}
            values |= {"catalog_file": self._catalog(catalog)}
            values |= {"database_url": self._url(database), "admin_password": PASSWORD}
            values |= {"notify_url": "https://backend.example/hook", "notify_secret": SECRET}
            self.settings = Settings.load(**(values | (PULL if pull_mode else {}) | settings))
            self._open = opening.pop_all()
        self._replicas: dict[int, Replica] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._open.close()

    def _url(self, database: str | Engine) -> str:
        if database == MEMORY:
            return "sqlite:///in-memory"
        return self.engine.url.render_as_string(hide_password=False)

    # Time.

    @property
    def now(self) -> int:
        """Tell everybody's time, in milliseconds UTC."""
        return self.clock.at

    def advance(self, seconds: float) -> None:
        """Let time pass, and what is due at Stripe happen at its own time."""
        self.side.let_pass(seconds)

    # Replicas.

    def replica(self, number: int = 0) -> Replica:
        """Return a replica of the service, started when it is first asked for."""
        if number not in self._replicas:
            self._replicas[number] = Replica(number, self._parts)
        return self._replicas[number]

    def restart(self, number: int = 0) -> Replica:
        """Return a new process in the place of one that was killed: what it remembered is gone."""
        self.kill(number)
        del self._replicas[number]
        return self.replica(number)

    def kill(self, number: int = 0) -> None:
        """Let a replica do nothing any more; whatever it tries raises Killed."""
        self.replica(number).dead = True

    @property
    def parts(self) -> Parts:
        return self.replica().parts

    @property
    def use_cases(self) -> UseCases:
        return self.replica().use_cases

    def _parts(self, replica: Replica) -> Parts:
        around = Surroundings(
            clock=self.clock,
            real_clock=self.clock,
            make_transport=partial(WsgiTransport, self.wire, replica.number),
            make_receivers=lambda _settings: tuple(self.receivers),
            senders=1,
            watch=lambda moment: self._tell_of_write(replica, _MOMENTS[moment]),
        )
        return Parts(self.settings, self.engine, head(), around)

    # Hooks.

    def _tell_of_write(self, replica: Replica, moment: Moment) -> None:
        if self._deciding and moment == "begins":
            raise AssertionError("On SQLite nobody else writes between a write and its commit.")
        self._deciding = moment == "before" and self.engine.dialect.name == "sqlite"
        try:
            self.hooks.tell(Step(replica.number, moment))
        finally:
            self._deciding = False

    def _refuse_the_dead(self, step: Step) -> None:
        if self.replica(step.replica).dead:
            raise Killed

    def meanwhile(self, match: Match, act: Callable[[], object]) -> None:
        """Run another move at the first step that matches."""
        self.hooks.when(match, act)

    def cuts(self, match: Match, *, times: int | None = 1) -> Callable[[], None]:
        """Reset the connection to Stripe at the first calls that match; return what mends it.

        The SDK repeats a write once, under its key: two resets for one lost write.
        """
        return self.hooks.when(match, cut, times=times)

    def loses_database(self, match: Match, *, times: int | None = None) -> Callable[[], None]:
        """Have the database gone at the writes that match; return what brings it back."""
        return self.hooks.when(match, lose_database, times=times)

    def fails(self, match: Match, failure: Exception) -> Callable[[], None]:
        """Raise this at every step that matches; return what mends it."""
        return self.hooks.when(match, partial(fail_with, failure), times=None)

    def kills(self, match: Match) -> None:
        """Kill the replica that comes to such a step; its caller sees Killed."""

        def hook(step: Step) -> None:
            if not self.replica(step.replica).dead and match(step):
                remove()
                self.kill(step.replica)
                raise Killed

        remove = self.hooks.add(hook)

    def told_of(self, hook: Hook) -> Callable[[], None]:
        """Tell this hook of every step; return what ends that."""
        return self.hooks.add(hook)

    # What is for sale.

    def _catalog(self, text: str | None) -> Path:
        text = catalog_text() if text is None else text
        if "{stripe_price}" in text:
            params = {
                "currency": "usd",
                "unit_amount": STRIPE_PRICE_AMOUNT,
                "product_data[name]": "Almanac",
            }
            text = text.replace(
                "{stripe_price}", self.side.call("POST", "/v1/prices", params)["id"]
            )
        for event in self.side.delivery.waiting():
            self.side.delivery.take(event)
        return _file_of(text.replace("{stripe}", URL))


@cache
def _file_of(text: str) -> Path:
    folder = Path(mkdtemp(prefix="stage-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    path = folder / "catalog.toml"
    path.write_text(text)
    return path
