"""What every trial is given: the means to send, to buy, to come back, and to count."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import requests

from stripe_sandbox.store import Json

from .doors import Create, DoorError, Fulfilled, come_back, name_of, said_by
from .ground import Ground
from .sender import Answer, Sender, again
from .trial import Broken, NotTried

_TRIES = 3  # as often as an event is sent again that was not taken
_POLL = 0.05
_MOST_SETTLING = 6.0
COMPLETED = "checkout.session.completed"
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


@dataclass(slots=True)
class Purchase:
    """A session that was opened through the integration, by a buyer with a browser."""

    session: Json
    browser: requests.Session
    name: str
    seen: str | None  # the last event before it


@dataclass
class Examiner:
    sender: Sender
    ground: Ground
    create: Create | None = None
    fulfilled: Fulfilled | None = None
    kinds: frozenset[str] = frozenset()  # of events an endpoint wants; empty is all
    patience: float = 15.0
    settling: float = 0.5  # seconds in which what must not happen would have
    abroad: bool = False
    _slowest: float = field(default=0.0, init=False)

    # To buy

    def buy(self) -> Purchase:
        """Open a session through the integration. Raises DoorError."""
        if self.create is None:
            raise NotTried("needs --create")
        before = self.ground.newest_session()
        seen = self._last_event()
        browser, answer = self.create.open()
        session = self.ground.newest_session()
        if session is None or session is before:
            raise DoorError(
                f"--create opened no session at the sandbox {self.ground.url} (is STRIPE_API_BASE "
                f"set to it?); it answered {answer.status_code}: {said_by(answer)}"
            )
        return Purchase(session, browser, name_of(answer, session), seen)

    def buy_and_pay(self) -> Purchase:
        purchase = self.buy()
        self.ground.pay(purchase.session)
        return purchase

    def _last_event(self) -> str | None:
        told = self.ground.events()
        return told[-1]["id"] if told else None

    # To send

    def news(self, purchase: Purchase) -> list[Json]:
        """Return what happened to a purchase since it was last asked, as an endpoint wants it."""
        told = self.ground.events(purchase.seen)
        purchase.seen = told[-1]["id"] if told else purchase.seen
        return self._wanted(told)

    def _wanted(self, told: list[Json]) -> list[Json]:
        return [event for event in told if not self.kinds or event["type"] in self.kinds]

    def deliver(self, events: Iterable[Json]) -> list[Answer]:
        """Send events one after the other, again those that were not taken."""
        return [self._insist(event) for event in events]

    def _insist(self, event: Json) -> Answer:
        for _ in range(_TRIES):
            answer = self.sender.deliver(event)
            if answer.taken:
                break
        return answer

    @cached_property
    def sample(self) -> Json:
        """A completed, paid session's event: of a purchase of theirs, else of nobody's."""
        if self.create is None:
            return self.of_a_stranger()
        return _best(self.news(self.buy_and_pay()))

    def of_a_stranger(self) -> Json:
        """Return such an event of a purchase that another application made."""
        seen = self._last_event()
        self.ground.pay(self.ground.new_session())
        return _best(self._wanted(self.ground.events(seen)))

    @cached_property
    def welcome(self) -> Answer:
        """How a well-signed event is answered."""
        return self.sender.deliver(self.sample)

    def fresh(self, **fields: object) -> Json:
        """Return the sample as an event that was never sent, known to the sandbox."""
        return self.ground.keep(again(self.sample, **fields))

    def must_be_welcome(self) -> None:
        if not self.welcome.taken:
            raise NotTried(f"a well-signed event was not taken either ({self.welcome})")

    # To come back

    def come_back(self, purchase: Purchase, session: str | None = None) -> int:
        """Be the buyer who returns, with the session's id or another. Raises NotTried."""
        url = purchase.session["success_url"] or purchase.session["return_url"]
        if not url:
            raise NotTried("the session has no address to come back to")
        url = url.replace(PLACEHOLDER, session or purchase.session["id"])
        try:
            return come_back(purchase.browser, url, abroad=self.abroad)
        except DoorError as error:
            raise NotTried(str(error)) from error

    # To count

    def count(self, purchase: Purchase) -> int:
        return self._count(purchase)[0]

    def _count(self, purchase: Purchase) -> tuple[int, bool]:
        if self.fulfilled is None:
            raise NotTried("needs --fulfilled")
        session = purchase.session
        names = {
            "session": session["id"],
            "id": purchase.name,
            "reference": session["client_reference_id"] or "",
            "intent": session["payment_intent"] or session.get("_intent") or "",
        }
        try:
            told = self.fulfilled.count(names)
        except DoorError as error:
            raise NotTried(str(error)) from error
        return told.times, told.exact

    @cached_property
    def fulfils(self) -> str:
        """Why a plain paid purchase is not fulfilled; empty if it is."""
        purchase = self.buy_and_pay()
        answers = self.deliver(self.news(purchase))
        if self._wait(purchase):
            return ""
        bad = next((str(one) for one in answers if not one.taken), "every event was taken")
        return f"paid, and not fulfilled within {self.patience:g} s ({bad})"

    def must_fulfil(self) -> None:
        if self.fulfils:
            raise NotTried("a plain paid purchase is not fulfilled, so nothing can be compared")

    def is_fulfilled(self, purchase: Purchase) -> None:
        """Raises Broken unless it comes to be fulfilled."""
        if not self._wait(purchase):
            raise Broken("paid, and not fulfilled")

    def is_once(self, purchase: Purchase) -> None:
        """Raises Broken unless it comes to be fulfilled once."""
        self.is_fulfilled(purchase)
        self._settle()
        times, exact = self._count(purchase)
        if times != 1:
            raise Broken(f"fulfilled {times} times")
        if not exact:
            raise NotTried("--fulfilled tells yes or no, not how often")

    def is_still(self, purchase: Purchase) -> None:
        """Raises Broken if what was fulfilled is so no more, or again."""
        self._settle()
        if (times := self.count(purchase)) != 1:
            raise Broken(f"fulfilled {times} times" if times else "fulfilled no more")

    def is_not(self, purchase: Purchase) -> None:
        """Raises Broken if it was fulfilled, or is within a while."""
        self._settle()
        if times := self.count(purchase):
            raise Broken(f"fulfilled {times} times" if times > 1 else "fulfilled")

    def _wait(self, purchase: Purchase) -> bool:
        began = time.monotonic()
        while not self.count(purchase):
            if time.monotonic() > began + self.patience:
                return False
            time.sleep(_POLL)
        self._slowest = max(self._slowest, time.monotonic() - began)
        return True

    def _settle(self) -> None:
        """Wait three times as long as a fulfilment has taken so far, and a while at least."""
        time.sleep(min(max(self.settling, 3 * self._slowest), _MOST_SETTLING))


def _best(events: list[Json]) -> Json:
    """Choose the event that says most: that of the session, else the last."""
    if not events:
        raise NotTried("a paid purchase makes no event of the kinds in --events")
    return next((one for one in events if one["type"] == COMPLETED), events[-1])
