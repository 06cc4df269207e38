"""The sandbox an examined integration talks to: ours, so that we are buyer, bank and Stripe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from stripe_sandbox import catalog_shapes, checkout, clock, money_back, sessions, thin
from stripe_sandbox.app import create_sandbox
from stripe_sandbox.errors import ApiError
from stripe_sandbox.methods import DEFAULT_CARD, METHODS
from stripe_sandbox.store import Json, new_id, shown
from stripe_sandbox.world import Call, World

KEY, PRODUCT = "sk_test_ReportCardReportCardReport", "prod_report"
PRICE, MONTHLY = "price_report", "price_report_monthly"
DECLINED_CARD = "4000000000000002"
SESSION = "checkout.session"
_DEBITS = {"eur": "AT611904300234573201"}
_BANK_ACCOUNT = "000123456789"
_CREATE = ("POST", "/v1/checkout/sessions")


class Ground:
    """A sandbox without webhooks of its own; whoever examines delivers what it tells."""

    def __init__(self, host: str = "127.0.0.1", port: int | None = None) -> None:
        """Serve on a port, 0 for any; None serves nobody. Raises OSError for one that is taken."""
        app = create_sandbox(ticking=False)
        self.world: World = app.extensions["world"]
        self.before_answer: Callable[[], object] | None = None
        self._server = None
        self._stock()
        if port is not None:
            door = _Interrupted(app, self)
            self._server = make_server(host, port, door, threaded=True, request_handler=Silent)
            port = self._server.port
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://{host}:{port}"

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _stock(self) -> None:
        """Have something to sell, by ids that can be told beforehand."""
        store = self.world.store
        store.put(catalog_shapes.product(store, id=PRODUCT, name="Report card"))
        month = {
            "interval": "month", "interval_count": 1, "meter": None, "trial_period_days": None,
            "usage_type": "licensed",
        }  # fmt: skip
        for name, recurring in ((PRICE, None), (MONTHLY, month)):
            price = catalog_shapes.price(
                store, id=name, product=PRODUCT, currency="usd", unit_amount=2_500,
                recurring=recurring,
            )  # fmt: skip
            store.put(price)

    def call(self, **params: Any) -> Call:
        return Call(self.world, params, "sk", {"id": None, "idempotency_key": None}, self.url)

    def new_session(self, **params: Any) -> Json:
        """Open a session that the integration knows nothing of."""
        item = {"price": PRICE, "quantity": "1"}
        given = {"mode": "payment", "success_url": "https://example.com/", "line_items": [item]}
        with self.world.store.lock:
            return sessions.create(self.call(**given | params))

    def newest_session(self) -> Json | None:
        return next(self.world.store.newest(SESSION), None)

    def intent_of(self, session: Json) -> Json:
        return checkout.intent_of(self.call(), session)

    def pay(self, session: Json) -> None:
        """Pay an open session with a card that works."""
        with self.world.store.lock:
            checkout.pay(self.call(), session, METHODS[DEFAULT_CARD], email=None, passed=True)

    def decline(self, session: Json) -> None:
        """Try to pay with a card that is declined."""
        with self.world.store.lock, suppress(ApiError):
            card = METHODS[DECLINED_CARD]
            checkout.pay(self.call(), session, card, email=None, passed=True)

    def pay_later(self, session: Json) -> None:
        """Complete a session whose money is on its way: a debit."""
        method = METHODS[_DEBITS.get(session["currency"], _BANK_ACCOUNT)]
        with self.world.store.lock:
            kinds = session["payment_method_types"]
            session["payment_method_types"] = sorted({*kinds, method.kind})
            checkout.pay(self.call(), session, method, email=None, passed=True)

    def settle(self, session: Json, outcome: str) -> None:
        """Let that money come in (`succeeded`), or not (`failed`)."""
        with self.world.store.lock:
            clock.settle(self.call(), self.intent_of(session), outcome)

    def expire(self, session: Json) -> None:
        with self.world.store.lock:
            sessions.expire(self.call(), session)

    def refund(self, session: Json, amount: int) -> None:
        with self.world.store.lock:
            charge = self.world.need(self.intent_of(session)["latest_charge"], "charge")
            money_back.make(
                self.call(), charge, amount=amount, status="succeeded", by_itself=False,
                reason=None, metadata={}, instructions_email=None,
            )  # fmt: skip

    def alter(self, session: Json, fields: Json, money: Json) -> None:
        """Show a session, and its payment, with other fields than it has."""
        intent = self.intent_of(session)
        homes = {
            f"/v1/checkout/sessions/{session['id']}": fields,
            f"/v1/payment_intents/{intent['id']}": money,
            f"/v1/charges/{intent['latest_charge']}": money,
        }
        rules = [{"path": path, "fields": changed} for path, changed in homes.items()]
        self.world.faults.set({"alter": rules})

    def break_down(self) -> None:
        """Answer every question with 500."""
        rule = {"kind": "error_500", "method": "GET", "path": "/v1/", "probability": 1}
        self.world.faults.set({"api": [rule]})

    def mend(self) -> None:
        self.world.faults.clear()

    def events(self, after: str | None = None) -> list[Json]:
        """Return the events after that one, oldest first, as an endpoint is told them."""
        found: list[Json] = []
        for event in self.world.store.newest("event"):
            if event["id"] == after:
                break
            told = self.world.faults.altered_event(shown(event))
            found.append(told | {"pending_webhooks": 1})
        return found[::-1]

    def shown(self, session: Json) -> Json:
        return shown(session)

    def keep(self, event: Json) -> Json:
        """Know an event of our making, should the integration ask for it."""
        self.world.store.put(dict(event))
        return event

    def invented(self, kind: str, thing: Json) -> Json:
        """Make an event that the sandbox had no cause for."""
        last = self.events()[-1]
        return self.keep(last | {"id": new_id("evt"), "type": kind, "data": {"object": thing}})

    def thin(self, event: Json) -> Json:
        return thin.thin_event(event)


class _Interrupted:
    """Lets something happen between a session's creation and the answer that tells of it."""

    def __init__(self, app: Any, ground: Ground) -> None:
        self._app, self._ground = app, ground

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        act = self._ground.before_answer
        if act is None or (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != _CREATE:
            return self._app(environ, start_response)  # type: ignore[no-any-return]
        self._ground.before_answer = None
        answer = Response.from_app(self._app, environ, buffered=True)
        act()
        return answer(environ, start_response)


class Silent(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Stay silent."""
