"""The service's own card: in short the trials that concern money, at full length every one."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, jsonify

from stripe_sandbox.report.card import Card
from stripe_sandbox.report.doors import Create, Fulfilled
from stripe_sandbox.report.examiner import Examiner
from stripe_sandbox.report.ground import Ground
from stripe_sandbox.report.runner import Outcome, run
from stripe_sandbox.report.sender import Sender
from stripe_sandbox.report.trials import all_trials
from tests.sandbox.report.serving import serving
from tests.support.patience import PATIENCE
from tests.support.running_stack import KEY, http
from tests.support.service import WEBHOOK_SECRET, Service, environment

SHORT_ON = "sqlite"
OTHER = "whsec_for_the_time_of_rolling"
SHORT = (
    "unsigned", "paid-duplicate", "paid-before-answer", "back-unpaid", "back-and-webhook",
    "unpaid", "forged", "other-amount",
)  # fmt: skip


def counting(service: Service) -> Flask:
    """Tell of an order how many messages to fulfil it were written: what a backend would get."""
    app = Flask("counting")

    @app.get("/<order>")
    def told(order: str) -> Response:
        url, after = f"{service.url}/api/v1/notifications?limit=100", ""
        found, more = 0, True
        while more:
            page = http().get(url + after, headers=KEY, timeout=60).json()
            found += sum(
                message["type"] == "order.paid" and message["body"]["data"]["order"]["id"] == order
                for message in page["data"]
            )
            more, after = bool(page["data"]), f"&after={page['next_cursor']}"
        return jsonify(fulfilled=found)

    return app


def test_this_service_holds_what_it_is_tried_with(
    ground: Ground, database_url: str, tmp_path: Path, *, full: bool
) -> None:
    env = environment(database_url=database_url, stripe_url=ground.url)
    service = Service(tmp_path, env | {"STRIPE_WEBHOOK_SECRET": f"{WEBHOOK_SECRET},{OTHER}"})
    service.start_web()
    if full:
        service.start_worker()  # its sweep finds what no webhook told
    trials = [trial for trial in all_trials() if full or trial.name in SHORT]
    body = {"items": [{"price": "poster-usd", "quantity": 1}]}
    try:
        with serving(counting(service)) as door:
            examiner = Examiner(
                Sender(f"{service.url}/webhooks/stripe", [WEBHOOK_SECRET, OTHER]),
                ground,
                Create(f"{service.url}/api/v1/checkout-sessions", json=body),
                Fulfilled(f"{door}/{{id}}"),
                patience=PATIENCE,
                settling=0.1,
            )
            results = run(trials, examiner, lambda _: None)
    finally:
        service.kill()

    assert [(one.trial.name, one.seen) for one in results if one.outcome is not Outcome.HELD] == []
    assert Card("this service", "today", results).grade == "A"
