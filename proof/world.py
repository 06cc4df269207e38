"""The world a story is told in: the stage, what its people remember, and each replica's clock."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine, text

from checkout_service.bootstrap import Parts
from checkout_service.bootstrap.surroundings import Surroundings
from checkout_service.domain.errors import CheckoutError
from checkout_service.domain.ports.notify import Delivered, Outcome
from stripe_sandbox.store import Store
from tests.support.stage import Bought, Stage, Step
from tests.support.stage.catalog import catalog_text, plink
from tests.support.stage.clock import VirtualClock
from tests.support.stage.engines import head
from tests.support.stage.receiver import RecordingReceiver
from tests.support.stage.wire import WsgiTransport
from tests.support.stage.world import _MOMENTS, Replica

from .story import Layer, Story

Json = dict[str, Any]
SOLD_BY_LINK = ("print", "mug")


class ServiceClock:
    """The time as a replica's machine tells it: everybody's, and how far it is off, in ms."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.off = 0

    def now(self) -> int:
        return self._clock.at + self.off

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class ProofStage(Stage):
    """A stage whose replicas have clocks of their own, which can be wrong."""

    @cached_property
    def clocks(self) -> dict[int, ServiceClock]:
        return {}

    @property
    def replicas(self) -> dict[int, Replica]:
        return self._replicas

    def clock_of(self, replica: int) -> ServiceClock:
        return self.clocks.setdefault(replica, ServiceClock(self.clock))

    def _parts(self, replica: Replica) -> Parts:
        clock = self.clock_of(replica.number)
        around = Surroundings(
            clock=clock,
            real_clock=clock,
            make_transport=partial(WsgiTransport, self.wire, replica.number),
            make_receivers=lambda _settings: (self.receiver,),
            senders=1,
            watch=lambda moment: self._tell_of_write(replica, _MOMENTS[moment]),
        )
        return Parts(self.settings, self.engine, head(), around)


@dataclass(slots=True)
class Backend(RecordingReceiver):
    """The merchant's backend, which knows what it said yes to."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    taken: set[str] = field(default_factory=set)
    seconds: float = 0  # that an answer takes

    def says(self, *outcomes: Outcome, after: float = 0) -> None:
        """Answer in this order, each time after so many seconds."""
        RecordingReceiver.says(self, *outcomes)
        self.seconds = after

    def send(self, message_id: str, body: str) -> Outcome:
        self.clock.sleep(self.seconds)
        outcome = RecordingReceiver.send(self, message_id, body)
        if isinstance(outcome, Delivered):
            self.taken.add(message_id)
        return outcome


@dataclass(slots=True)
class Purchase:
    """What a buyer wants, under a nonce of its own; `bought` once an answer came."""

    kind: str
    price: str
    quantity: int
    nonce: str
    bought: Bought | None = None
    sessions: list[str] = field(default_factory=list)  # a link's, as the redirects named them
    held: bool = False  # its money waits on the buyer's card until the merchant takes it
    chooses: bool = False  # its buyer may change on Stripe's page how many are bought
    own_page: bool = False  # its sessions are part of the shop's page, and change their items


@dataclass(slots=True)
class Ask:
    """A refund that the merchant asked for, under its nonce."""

    order: str
    amount: int | None
    nonce: str
    answer: str | None = None
    refused: bool = False


@dataclass(slots=True)
class Taking:
    """A capture or void of held money, under its nonce; or one made in the dashboard."""

    order: str
    kind: str  # capture, void, dashboard
    amount: int | None
    nonce: str
    answered: bool = False


@dataclass(slots=True)
class Play:
    """A story being told."""

    stage: ProofStage
    story: Story
    backend: Backend
    forgotten: set[str] = field(default_factory=set)  # orders whose session Stripe knows no more
    purchases: list[Purchase] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    takings: list[Taking] = field(default_factory=list)
    by_dashboard: set[str] = field(default_factory=set)  # refunds made past the service
    canceling: set[str] = field(default_factory=set)
    canceled: set[str] = field(default_factory=set)  # the service said so
    promised: set[str] = field(default_factory=set)  # cancels that the sweep goes on with
    looks_requested: set[tuple[str, int]] = field(
        default_factory=set
    )  # looks that events asked for
    sold_and_rung: set[str] = field(default_factory=set)  # links' sessions, by doorbells
    told: list[Json] = field(default_factory=list)  # events that were handed over
    broken: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # what the service logged as its own failure
    orders: dict[str, Any] = field(default_factory=dict)  # their rows after the last step
    began_at: int = 0
    reads: Counter[tuple[str, int]] = field(default_factory=Counter)  # by order and month
    in_flight: dict[str, int] = field(default_factory=dict)  # since when, by payment
    awaited: set[str] = field(default_factory=set)  # payments that were once in flight
    # Orders of which a payment moved, at some time, that was not what was agreed.
    mismatched: set[str] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)  # orders of whose intent the amount was changed
    on_own_pages: set[str] = field(default_factory=set)  # orders that may change their items
    odd: set[str] = field(default_factory=set)  # orders whose wrong reference or link is meant

    @property
    def layer(self) -> Layer:
        return self.story.layer

    @property
    def store(self) -> Store:
        return self.stage.side.world.store

    @property
    def takes_webhooks(self) -> bool:
        return self.layer in ("all", "webhooks")

    def bought(self, who: int) -> Purchase | None:
        """Return the purchase of this number among those that came to an order."""
        there = [purchase for purchase in self.purchases if purchase.bought is not None]
        return there[who % len(there)] if there else None

    def breaks(self, law: str, what: str) -> None:
        """Note that a law is broken, once for each thing that is said of it."""
        said = f"{law}: {what}"
        if said not in self.broken:
            self.broken.append(said)

    def rows(self, query: str) -> list[Any]:
        """Read the service's database past the service."""
        if self.stage.engine.url.database is None:  # in memory: one connection, and no ceremony
            raw: Any = self.stage.engine.pool.connect().driver_connection
            cursor = raw.execute(query)
            names = [column[0] for column in cursor.description]
            return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor]
        with self.stage.parts.database.read() as connection:
            return list(connection.execute(text(query)))


class _Ear(logging.Handler):
    """Hears what the service itself calls a failure that is nobody's but its own."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, CheckoutError):
            self._errors.append(f"{record.getMessage()}: {type(error).__name__}: {error}"[:300])


@contextmanager
def opened(story: Story, database: str | Engine = "memory") -> Iterator[Play]:
    """Open a world for a story."""
    logger = logging.getLogger("checkout_service")
    before = logger.level, logger.propagate
    with ProofStage(
        database,
        seed=story.seed,
        pull_mode=story.layer == "pull",
        catalog=_catalog(links=story.links),
    ) as stage:
        stage.receiver = backend = Backend(clock=stage.clock)
        _leave_nothing_to_chance(stage, story.seed)
        play = Play(stage, story, backend)
        if story.layer == "looks":
            stage.told_of(_refuse_lists_of_events)
        ear = _Ear(play.errors)
        logger.addHandler(ear)
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        try:
            yield play
        finally:
            logger.removeHandler(ear)
            logger.setLevel(before[0])
            logger.propagate = before[1]


def _leave_nothing_to_chance(stage: Stage, seed: int) -> None:
    """Draw from the seed whatever the product draws by itself: pauses, and SQL's `random()`.

    PostgreSQL's own chance is set anew with each connection that is taken: see run.py.
    """
    random.seed(seed)
    if stage.engine.url.database is None:
        dice = random.Random(f"sql {seed}")  # noqa: S311 - repeatable, not secret
        raw: Any = stage.engine.pool.connect().driver_connection
        raw.create_function("random", 0, lambda: dice.getrandbits(62))


def _refuse_lists_of_events(step: Step) -> None:
    if step.call is not None and step.call.path == "/v1/events":
        raise ConnectionResetError("this layer has no list of events")


def _catalog(*, links: bool) -> str:
    """Sell what the stage sells; each link costs every sweep a look, so by two of them at most."""
    parts = catalog_text().split("[[payment_links]]")
    kept = [part for part in parts[1:] if any(f'"{name}"' in part for name in SOLD_BY_LINK)]
    return "[[payment_links]]".join([parts[0], *kept]) if links else parts[0]


def link_ids() -> set[str]:
    return {plink(name) for name in SOLD_BY_LINK}
