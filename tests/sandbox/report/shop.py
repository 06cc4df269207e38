"""A small integration in one Flask application: right, unless it is told to be wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from typing import Any

import requests
from flask import Flask, Response, jsonify, request

SECRET, OTHER = "whsec_report", "whsec_report_too"
Json = dict[str, Any]


class Refused(Exception):
    """A request that is not believed."""


class Shop:
    """Sells one thing; `wrong` names the mistakes it makes for now."""

    def __init__(self, stripe: str) -> None:
        self.stripe = stripe
        self.url = ""
        self.wrong: set[str] = set()
        self.orders: dict[str, Json] = {}
        self._seen: set[str] = set()
        self._changes: set[tuple[str, str]] = set()
        self._begun: set[str] = set()
        self._inside = 0
        self._lock = threading.RLock()
        self._http = requests.Session()
        self._http.trust_env = False
        self.app = Flask("shop")
        self.app.logger.disabled = True  # some mistakes are meant to crash
        self.app.add_url_rule("/buy", view_func=self.buy, methods=["POST"])
        self.app.add_url_rule("/webhook", view_func=self.webhook, methods=["POST"])
        self.app.add_url_rule("/thanks/<order>", view_func=self.thanks)
        self.app.add_url_rule("/orders/<order>", view_func=self.tell)

    def is_wrong(self, mistake: str) -> bool:
        return mistake in self.wrong

    def make(self, mistakes: str) -> None:
        """Be wrong in these ways, separated by commas."""
        self.wrong = set(mistakes.split(", "))

    # Selling

    def ask(self, method: str, path: str, form: Json | None = None) -> requests.Response:
        headers = {"Authorization": "Bearer sk_test_shop"}
        return self._http.request(
            method, f"{self.stripe}/v1/{path}", data=form, headers=headers, timeout=60
        )

    def buy(self) -> Response:
        name = f"order-{secrets.token_hex(4)}"
        order = {"amount": 2500, "currency": "usd", "session": None, "fulfilled": 0}
        if not self.is_wrong("knows no order before Stripe answered"):
            self.orders[name] = order
        form = {
            "mode": "payment",
            "line_items[0][price]": "price_report",
            "line_items[0][quantity]": "1",
            "client_reference_id": name,
            "metadata[order_id]": name,
            "payment_intent_data[metadata][order_id]": name,
            "success_url": f"{self.url}/thanks/{name}?session_id={{CHECKOUT_SESSION_ID}}",
        }
        made = self.ask("POST", "checkout/sessions", form).json()
        order["session"] = made["id"]
        self.orders[name] = order
        return jsonify(order=name, url=made["url"])

    def tell(self, order: str) -> Response:
        return jsonify(fulfilled=self.orders[order]["fulfilled"])

    def thanks(self, order: str) -> str:
        session_id = request.args["session_id"]
        if self.is_wrong("ignores buyers who come back"):
            return "Thank you."
        if self.is_wrong("believes whoever comes back"):
            self.fulfil(order)
            return "Thank you."
        session = self.ask("GET", f"checkout/sessions/{session_id}").json()
        if self.is_wrong("believes any paid session") and session["payment_status"] == "paid":
            self.fulfil(order)
        elif session["client_reference_id"] == order:
            self.settle(session)
        return "Thank you."

    # Hearing

    def webhook(self) -> tuple[str, int]:
        body = request.get_data()
        try:
            event = self.believe(body, request.headers.get("Stripe-Signature"))
        except Refused as why:
            if self.is_wrong("remembers the forged"):
                self._seen.add(json.loads(body)["id"])
            return str(why), 500 if self.is_wrong("crashes on strangers") else 400
        if self.is_wrong("is slow"):
            time.sleep(0.35)
        if self.is_wrong("knows few kinds") and not event["type"].startswith(("checkout", "pay")):
            return "What is that?", 400
        if self.is_wrong("is strict about versions") and event["api_version"] < "2025":
            return "Old.", 400
        if self.is_wrong("is strict about fields") and "new_field" in event["data"]["object"]:
            return "New.", 400
        if self.is_wrong("breaks on the other mode") and event["livemode"]:
            return "Live?", 500
        with self._lock:
            self._inside += 1
        try:
            return self.hear(event)
        finally:
            with self._lock:
                self._inside -= 1

    def hear(self, event: Json) -> tuple[str, int]:
        if event.get("object") != "event":  # thin, or nonsense
            return ("Crash.", 500) if self.is_wrong("expects data") else ("Ignored.", 200)
        if not isinstance(event.get("data"), dict):
            return ("Crash.", 500) if self.is_wrong("expects events") else ("Ignored.", 200)
        if event["id"] in self._seen and not self.is_wrong("keeps no event ids"):
            return ("Again?", 409) if self.is_wrong("refuses duplicates") else ("Known.", 200)
        if self.is_wrong("breaks when crowded"):
            time.sleep(0.2)
            if self._inside > 3:
                return "Crash.", 500
        change = (event["type"], event["data"]["object"]["id"])
        if self.is_wrong("refuses twins") and change in self._changes:
            return "Again?", 409
        self._changes.add(change)
        status = self.act(event)
        if status < 300:
            self._seen.add(event["id"])
        return "Heard.", status

    def act(self, event: Json) -> int:
        kind, thing = event["type"], event["data"]["object"]
        if kind == "charge.refunded" and self.is_wrong("refuses refunds"):
            return 400
        if kind.startswith("payment_intent."):
            return self.notice(kind, thing)
        if self.is_wrong("drops what is late") and event["created"] < time.time() - 3600:
            return 200
        return self.look_up(kind, thing)

    def look_up(self, kind: str, thing: Json) -> int:
        if self.is_wrong("asks Stripe first") and kind == "checkout.session.completed":
            answer = self.ask("GET", f"checkout/sessions/{thing['id']}")
            if answer.status_code == 500:
                return 200 if self.is_wrong("acknowledges its errors") else 500
        order = self.orders.get(str(thing.get("client_reference_id")))
        if order is None and self.is_wrong("trips over the unknown"):
            return 500 if thing.get("metadata") is None else 404
        if order is not None and kind.startswith("checkout.session."):
            return self.change(kind, thing, order)
        return 200

    def notice(self, kind: str, intent: Json) -> int:
        self._begun.add(intent["id"])
        name = intent["metadata"].get("order_id")
        if name in self.orders and self.is_wrong("fulfils whatever is tried"):
            self.fulfil(name)
        if name in self.orders and kind.endswith("failed") and self.is_wrong("takes back"):
            self.orders[name]["fulfilled"] = 0
        return 200

    def change(self, kind: str, session: Json, order: Json) -> int:
        if self.is_wrong("takes back") and kind.endswith("expired") and order["fulfilled"]:
            order["fulfilled"] = 0
        if self.is_wrong("fulfils whatever happens"):
            self.fulfil(session["client_reference_id"])
        if self.is_wrong("knows no delayed money") and "async" in kind:
            return 200
        if self.is_wrong("wants them in order") and session["payment_intent"] not in self._begun:
            return 200
        if kind.endswith(("completed", "succeeded")):
            self.settle(session)
        return 200

    def settle(self, session: Json) -> None:
        order = self.orders[session["client_reference_id"]]
        told = (session["amount_total"], session["currency"], session["id"], session["livemode"])
        wanted = [order["amount"], order["currency"], order["session"] or session["id"], False]
        for place, mistake in enumerate(
            ("ignores amounts", "ignores currencies", "ignores session ids", "ignores modes")
        ):
            if self.is_wrong(mistake):
                wanted[place] = told[place]
        paid = session["payment_status"] == "paid" or self.is_wrong("takes completed for paid")
        if paid and told == tuple(wanted):
            self.fulfil(session["client_reference_id"])

    def fulfil(self, name: str) -> None:
        if self.is_wrong("fulfils nothing"):
            return
        with self._lock:
            order = self.orders[name]
            if not order["fulfilled"] or self.is_wrong("fulfils each time"):
                order["fulfilled"] += 1

    # Believing

    def believe(self, body: bytes, header: str | None) -> Json:
        if self.is_wrong("parses first"):
            json.loads(body)
        if header is None and not self.is_wrong("believes the unsigned"):
            raise Refused("unsigned")
        if header is not None and not self.is_wrong("believes any signature"):
            self.verify(body, header)
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused("no JSON") from error
        return event if isinstance(event, dict) else {}

    def verify(self, body: bytes, header: str) -> None:
        parts = [part.split("=", 1) for part in header.split(",") if "=" in part]
        stamp = next((value for name, value in parts if name == "t"), "0")
        schemes = ("v0", "v1") if self.is_wrong("believes scheme v0") else ("v1",)
        given = [value for name, value in parts if name in schemes]
        if self.is_wrong("reads one signature"):
            given = given[:1]
        known = (SECRET,) if self.is_wrong("knows one secret") else (SECRET, OTHER)
        if self.is_wrong("has a secret of the examples"):
            known = (*known, "whsec_somebody_else")
        if self.is_wrong("has a secret with a typo"):
            known = ("whsec_reprot",)
        good = [
            hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            for secret in known
        ]
        if self.is_wrong("compares text"):
            given = [one for one in given if hmac.compare_digest(one, good[0])] or [""]
        if not set(given) & set(good):
            raise Refused("not signed by Stripe")
        age = time.time() - int(stamp)
        if age > 300 and not self.is_wrong("believes the old"):
            raise Refused("stale")
        if age < -300 and not self.is_wrong("believes the future"):
            raise Refused("future")
