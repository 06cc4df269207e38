"""What may happen in a story: people buy, pay and return; Stripe tells; the worker works."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import stripe
from sqlalchemy import func, select

from checkout_service.domain import ids
from checkout_service.domain.clock import SECOND
from checkout_service.domain.order.cart import Cart, CartItem, PricedItem
from checkout_service.domain.views.orders import OrderView, RefundAnswer
from checkout_service.storage.tables import orders
from checkout_service.use_cases.notify.deliver_to import DeliverReport
from checkout_service.use_cases.refunds.refund_order import RequestedRefund
from checkout_service.use_cases.settle.confirm_payment import ConfirmPayment
from checkout_service.use_cases.sweep.sweep_report import SweepReport
from stripe_sandbox.by_hand import body_of
from stripe_sandbox.methods import METHODS
from stripe_sandbox.thin import thin_event
from tests.support.databases import KEYS

from .bought import Bought, order_of
from .catalog import LINKS, plink
from .stripe_side import Json
from .world import World

GOOD = "4242424242424242"
DECLINED = "4000000000000002"
_BACK = "https://shop.test/back"


_NUMBERS = {"card": "number", "sepa_debit": "iban", "us_bank_account": "account_number"}


def _by(method: str) -> Json:
    """Say what pays an intent: a kept method by its name, a number as a browser sends it."""
    if method.startswith("pm_"):
        return {"payment_method": method}
    kind = METHODS[method].kind
    told = {f"[{kind}][{_NUMBERS[kind]}]": method} if kind in _NUMBERS else {}
    return {f"payment_method_data{name}": value for name, value in {"[type]": kind, **told}.items()}


class Moves(World):
    """The moves; `by` names the replica that serves one."""

    # Three ways in.

    def buys(
        self,
        price: str = "poster-usd",
        quantity: int = 1,
        kind: str = "checkout_session",
        *,
        nonce: str | None = None,
        by: int = 0,
        **cart: Any,
    ) -> Bought:
        """Put an order; `cart` has more of the cart's fields, `items` in place of one price."""
        verbs = self.replica(by).use_cases
        wanted = Cart(**({"items": [CartItem(price, quantity)]} | cart))
        nonce = nonce or ids.new_id("non")
        if kind == "payment_intent":
            intent = verbs.start_intent.start(wanted, nonce=nonce)
            return Bought(intent.order.id, intent=intent.id, client_secret=intent.client_secret)
        session = verbs.start_checkout.start(wanted, nonce=nonce)
        return Bought(
            session.order.id,
            session=session.id,
            url=session.url,
            client_secret=session.client_secret,
        )

    def link_order(self, link: str = "print", *, nonce: str | None = None, by: int = 0) -> Bought:
        """Put the pending order of a Payment Link."""
        answer = self.replica(by).use_cases.start_link.start(link, nonce=nonce or ids.new_id("non"))
        return Bought(
            answer.order.id, reference=answer.client_reference_id, link=link, url=answer.url
        )

    def make_link(self, link: str = "print") -> str:
        """Make a link of the catalog at Stripe, unless it is there; return its id."""
        name = plink(link)
        if self.side.world.store.get(name) is None:
            _, title, amount, currency, quantity = LINKS[link]
            back = f"{KEYS['PUBLIC_BASE_URL']}/links/return?session_id={{CHECKOUT_SESSION_ID}}"
            params = {
                "id": name,
                "line_items[0][quantity]": quantity,
                "line_items[0][price_data][currency]": currency,
                "line_items[0][price_data][unit_amount]": amount,
                "line_items[0][price_data][product_data][name]": title,
                "after_completion[type]": "redirect",
                "after_completion[redirect][url]": back,
            }
            self.stripe("POST", "/v1/payment_links", **params)
        return name

    # The merchant acts.

    def refunds(
        self,
        order: Bought | str,
        amount: int | None = None,
        *,
        payment_intent: str | None = None,
        nonce: str | None = None,
        by: int = 0,
    ) -> RefundAnswer:
        """Give money of an order back through the service: an amount, or the rest."""
        return self.replica(by).use_cases.refund_order.refund(
            order_of(order),
            RequestedRefund(amount, payment_intent),
            nonce=nonce or ids.new_id("non"),
        )

    def prices(self, amount: int = 5000, flow: str = "checkout_session", **cart: Any) -> Bought:
        """Put an order of one line that the merchant's backend priced."""
        items = [PricedItem("Table", amount, "usd", 1)]
        return self.buys(kind=flow, items=items, **cart)

    def captures(
        self,
        order: Bought | str,
        amount: int | None = None,
        *,
        nonce: str | None = None,
        by: int = 0,
    ) -> OrderView:
        """Take the authorised money of an order through the service: an amount, or all."""
        return self.replica(by).use_cases.take_money.capture(
            order_of(order), amount, nonce=nonce or ids.new_id("non")
        )

    def voids(self, order: Bought | str, *, nonce: str | None = None, by: int = 0) -> OrderView:
        """Let go of the authorised money of an order through the service."""
        return self.replica(by).use_cases.take_money.void(
            order_of(order), nonce=nonce or ids.new_id("non")
        )

    def cancels(self, order: Bought | str, *, by: int = 0) -> OrderView:
        """Cancel an order through the service."""
        return self.replica(by).use_cases.cancel_order.cancel(order_of(order))

    # Stripe's side.

    def control(self, method: str, path: str, body: Json | None = None) -> Any:
        """Call a control route of the sandbox (`path` follows /_sandbox/). Raises Refused."""
        return self.side.control(method, path, body)

    def stripe(self, method: str, path: str, **params: Any) -> Any:
        """Call Stripe's API as the merchant, past the service. Raises Refused."""
        return self.side.call(method, path, params)

    def pays(self, what: Bought | str, method: str = GOOD, **more: Any) -> Any:
        """Pay a session, an intent or a link; return the session or intent. Raises Refused.

        A link's name pays without any reference; `client_reference_id` gives one.
        """
        if isinstance(what, Bought):
            if what.link is not None:
                more = {"client_reference_id": what.reference} | more
            what = what.session or what.intent or what.link or ""
        if what.startswith("pi_"):
            params = _by(method) | {"return_url": _BACK}
            return self.stripe("POST", f"/v1/payment_intents/{what}/confirm", **(params | more))
        body = {"payment_method": method, "email": "buyer@example.com"} | more
        if what.startswith("cs_"):
            return self.control("POST", f"checkout/sessions/{what}/pay", body)
        return self.control("POST", f"payment_links/{self.make_link(what)}/pay", body)

    # Stripe tells.

    def events(self, *types: str) -> list[Json]:
        """List what Stripe has yet to tell, oldest first; of these types if any are named."""
        told = map(self.side.delivery.told, self.side.delivery.waiting())
        return [event for event in told if not types or event["type"] in types]

    def delivers(
        self,
        *what: Json | str,
        times: int = 1,
        at_version: str | None = None,
        created: int | None = None,
        signed_at: float | None = None,
        thin: bool = False,
        by: int = 0,
    ) -> list[Json]:
        """Hand events over as webhooks: these, all of these types, or all that wait.

        `created` and `signed_at` are in seconds; `thin` tells each by its object's name alone.
        What the service raises passes through, and the event waits on. Returns the events that
        were handed over.
        """
        done: list[Json] = []
        for event in self._chosen(what):
            changes = {"api_version": at_version, "created": created}
            told = event | {name: value for name, value in changes.items() if value is not None}
            body = body_of(thin_event(told) if thin else told)
            for _ in range(times):
                self.replica(by).use_cases.receive_event.receive(
                    body, self.signature(body, signed_at)
                )
            self._taken([event])
            done.append(told)
        return done

    def drops(self, *what: Json | str) -> None:
        """Have Stripe believe that events were taken, which nobody got."""
        self._taken(self._chosen(what))

    def signature(self, body: bytes, at: float | None = None) -> str:
        """Sign a webhook's body as Stripe does."""
        moment = int(self.now / SECOND if at is None else at)
        secret = KEYS["STRIPE_WEBHOOK_SECRET"]
        header: str = stripe.WebhookSignature.generate_signature_header(
            body.decode(), secret, timestamp=moment
        )
        return header

    def _chosen(self, what: Iterable[Json | str]) -> list[Json]:
        wanted = list(what)
        if not wanted:
            return self.events()
        chosen: list[Json] = []
        for one in wanted:
            chosen += self.events(one) if isinstance(one, str) else [one]
        return chosen

    def _taken(self, events: Iterable[Json]) -> None:
        for event in events:
            kept = self.side.world.store.get(event["id"], "event")
            if kept is not None:
                self.side.delivery.take(kept)

    # The buyer is back; the worker works.

    def returns(self, what: Bought | str, *, wait: bool = False, by: int = 0) -> Any:
        """Have the buyer come back with a session, an intent or a reference; return the answer."""
        verbs = self.replica(by).use_cases
        name = what if isinstance(what, str) else what.id
        confirm: ConfirmPayment = verbs.confirm_payment
        if name.startswith("cs_"):
            return confirm.by_session(name, source="return", wait=wait)
        if name.startswith("pi_"):
            return confirm.by_intent(name, source="return", wait=wait)
        return self.polls(name, wait=wait, by=by)

    def polls(
        self, reference: str, session: str | None = None, *, wait: bool = False, by: int = 0
    ) -> Any:
        """Have a page ask for the order of a link's reference; return the answer."""
        poll = self.replica(by).use_cases.poll_link
        return poll.poll(reference, session, source="poll", wait=wait)

    def sweeps(self, *, by: int = 0) -> SweepReport:
        """Have the worker sweep once."""
        return self.replica(by).use_cases.sweep.sweep()

    def works(self, seconds: float, *, every: float = 60, by: int = 0) -> None:
        """Let time pass with the worker at work: a sweep and a delivery every so many seconds."""
        end = self.now + seconds * SECOND
        while self.now + every * SECOND <= end:
            self.advance(every)
            self.sweeps(by=by)
            self.delivers_messages(by=by)
        self.advance(max(0.0, (end - self.now) / SECOND))

    def next_look(self) -> int | None:
        """Return when the next look at an order is due (ms); None if none is planned."""
        with self.parts.database.read() as connection:
            due = select(func.min(orders.c.look_due_at))
            found: int | None = connection.execute(due).scalar()
            return found

    def delivers_messages(self, *, by: int = 0) -> DeliverReport:
        """Have the worker send what is due to the merchant's backend."""
        return self.replica(by).use_cases.deliver_outbox.deliver()
