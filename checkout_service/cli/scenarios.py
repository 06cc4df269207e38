"""What can become of an order, played on the sandbox's control routes: the buyers of a simulation.

They act where buyers and banks act: at Stripe. The product must find it out by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import requests

from checkout_service.domain.frozen import frozen
from checkout_service.domain.status import OrderStatus

_SECONDS = 30
_GOOD, _DECLINED, _ASKS = "4242424242424242", "4000000000000002", "4000002760003184"
_DEBIT = "AT611904300234573201"


class NoSandbox(click.ClickException):
    """What stands behind STRIPE_API_BASE is not a sandbox, or it failed; ends the command."""


class Sandbox:
    """The control routes of the sandbox behind STRIPE_API_BASE. No proxy is ever asked."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._http = requests.Session()
        self._http.trust_env = False

    def make_sure(self) -> None:
        """Raise NoSandbox unless a sandbox answers there."""
        try:
            answer = self._http.get(f"{self._base}/_sandbox/deliveries", timeout=_SECONDS)
            known = answer.ok and isinstance(answer.json().get("data"), list)
        except (requests.RequestException, ValueError, AttributeError):
            known = False
        if not known:
            raise NoSandbox(f"No sandbox answers at {self._base}: start one with `make run`.")

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use a control route; return its answer, or None when a card was declined."""
        url = f"{self._base}/_sandbox/{path}"
        try:
            answer = self._http.post(url, json=body or {}, timeout=_SECONDS)
            if answer.status_code == requests.codes.payment_required:
                return None
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            raise NoSandbox(f"The sandbox failed at {path}: {type(error).__name__}.") from None


@frozen
class Buyer:
    """Somebody with a session to pay, or not."""

    sandbox: Sandbox
    session: str

    def pays(self, method: str = _GOOD, *, bank: str = "pass") -> str | None:
        """Pay as the hosted page would; return the PaymentIntent, or None when it was declined."""
        body = {"payment_method": method, "three_d_secure": bank, "email": "buyer@example.com"}
        paid = self.sandbox.call(f"checkout/sessions/{self.session}/pay", body)
        return paid and str(paid["payment_intent"])

    def changes_cards(self) -> None:
        self.pays(_DECLINED)
        self.pays()

    def lets_it_expire(self) -> None:
        self.sandbox.call(f"checkout/sessions/{self.session}/expire")

    def debits(self, outcome: str | None) -> None:
        """Pay by SEPA debit; without an outcome the money stays on its way."""
        intent = self.pays(_DEBIT)
        if outcome is not None:
            self.sandbox.call(f"payment_intents/{intent}/settle", {"outcome": outcome})

    def disputes(self) -> None:
        self.sandbox.call(f"payment_intents/{self.pays()}/dispute")


@frozen
class Scenario:
    """A way for an order to go and the status it must end in."""

    what_happened: str
    end: OrderStatus
    act: Callable[[Buyer], object]
    currency: str | None = None  # the only one in which this can happen
    refund: bool = False  # the merchant gives the money back once it is there


_S = OrderStatus
SCENARIOS = (
    Scenario("pays by card", _S.PAID, lambda buyer: buyer.pays()),
    Scenario("card declined, then another", _S.PAID, Buyer.changes_cards),
    Scenario("3-D Secure passed", _S.PAID, lambda buyer: buyer.pays(_ASKS)),
    Scenario("debit arrives", _S.PAID, lambda buyer: buyer.debits("succeeded"), "eur"),
    Scenario("card declined", _S.PENDING, lambda buyer: buyer.pays(_DECLINED)),
    Scenario("pays, is refunded", _S.REFUNDED, lambda buyer: buyer.pays(), refund=True),
    Scenario("3-D Secure failed", _S.PENDING, lambda buyer: buyer.pays(_ASKS, bank="fail")),
    Scenario("debit bounces", _S.FAILED, lambda buyer: buyer.debits("failed"), "eur"),
    Scenario("session expires", _S.EXPIRED, Buyer.lets_it_expire),
    Scenario("debit on its way", _S.PROCESSING, lambda buyer: buyer.debits(None), "eur"),
    Scenario("pays, then disputes", _S.DISPUTED, Buyer.disputes),
    Scenario("closes the window", _S.PENDING, lambda _buyer: None),
)
