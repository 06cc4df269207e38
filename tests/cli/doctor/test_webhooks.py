"""The webhook endpoint and its secret: each fault is named, and `--fix` puts the endpoint right."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from checkout_service import create_app
from checkout_service.models import db
from checkout_service.settings import Settings
from checkout_service.stripe_gateway import API_VERSION
from stripe_sandbox.delivery import signature
from tests.cli.doctor.clinic import Clinic
from tests.support.databases import Databases
from tests.support.ports import free_port

OLD_VERSION = "2025-03-31.basil"


def endpoints(clinic: Clinic) -> dict[str, Any]:
    return {one.id: one for one in clinic.client.v1.webhook_endpoints.list().data}


def forget_endpoints(clinic: Clinic) -> None:
    for name in endpoints(clinic):
        clinic.client.v1.webhook_endpoints.delete(name)


def made_by_hand(clinic: Clinic, url: str | None = None, **more: Any) -> Any:
    """Make an endpoint as a person would in the dashboard: nobody noted its secret."""
    forget_endpoints(clinic)
    params = {
        "url": url or f"{clinic.url}/webhooks/stripe",
        "enabled_events": ["*"],
        "api_version": API_VERSION,
    }
    made = clinic.client.v1.webhook_endpoints.create(params=params | more)  # type: ignore[arg-type]
    clinic.secret = made.secret or ""
    return made


def changed(clinic: Clinic, **params: Any) -> str:
    assert clinic.endpoint
    clinic.client.v1.webhook_endpoints.update(clinic.endpoint.id, params=params)  # type: ignore[arg-type]
    return clinic.endpoint.id


def test_a_missing_endpoint_is_made_and_its_secret_told_once(clinic: Clinic) -> None:
    forget_endpoints(clinic)
    before = clinic.examine(stripe_api_base=clinic.elsewhere)
    assert "doctor --fix: it makes one" in before.told("webhook endpoint", "problem")
    assert clinic.examine().states("webhook endpoint") == ["warning"]  # development

    fixed = clinic.examine("--fix")

    [made] = endpoints(clinic).values()
    assert (made.url, made.api_version) == (f"{clinic.url}/webhooks/stripe", API_VERSION)
    secret = fixed.said["webhook_secret"]
    assert secret.startswith("whsec_")
    assert made.id in fixed.said["fixed"][0]
    assert fixed.problems == {"webhook secret"}
    assert secret not in clinic.run("doctor", "--fix").stdout
    assert clinic.examine(stripe_webhook_secret=secret).problems == set()


def test_the_secret_is_printed_for_people_with_what_to_do(clinic: Clinic) -> None:
    forget_endpoints(clinic)

    said = clinic.run("doctor", "--fix").stdout

    assert "Done: Made webhook endpoint we_" in said
    assert "shown this once" in said
    assert said.count("\n  whsec_") == 1


def test_an_endpoint_that_is_off_is_turned_on(clinic: Clinic) -> None:
    name = changed(clinic, disabled=True)
    assert f"{name} is switched off" in clinic.examine().told("webhook endpoint", "problem")

    fixed = clinic.examine("--fix")

    assert fixed.code == 0
    assert fixed.said["webhook_secret"] is None
    assert endpoints(clinic)[name].status == "enabled"


def test_missing_events_are_named_and_added_and_others_stay(clinic: Clinic) -> None:
    name = changed(clinic, enabled_events=["checkout.session.completed", "customer.created"])
    told = clinic.examine().told("webhook endpoint", "problem")
    assert "does not send checkout.session.async_payment_succeeded," in told
    assert " more. Run doctor --fix" in told

    fixed = clinic.examine("--fix")

    assert fixed.code == 0
    assert {"customer.created", "refund.failed"} <= set(endpoints(clinic)[name].enabled_events)


def test_an_endpoint_that_sends_elsewhere_is_led_home(clinic: Clinic) -> None:
    name = changed(clinic, url="https://old.shop.example/webhooks/stripe")
    told = clinic.examine().told("webhook endpoint", "problem")
    assert f"sends to https://old.shop.example/webhooks/stripe and not to {clinic.url}" in told

    fixed = clinic.examine("--fix")

    assert fixed.code == 0
    assert endpoints(clinic)[name].url == f"{clinic.url}/webhooks/stripe"


def test_a_slash_too_many_is_found_on_an_endpoint_made_by_hand(clinic: Clinic) -> None:
    made = made_by_hand(clinic, f"{clinic.url}/webhooks/stripe/")

    fixed = clinic.examine("--fix")

    assert fixed.states("webhook endpoint") == ["ok"]
    assert list(endpoints(clinic)) == [made.id]


def test_another_shops_endpoint_is_left_alone(clinic: Clinic) -> None:
    theirs = made_by_hand(clinic, "https://staging.shop.example/webhooks/stripe")

    fixed = clinic.examine("--fix")

    assert fixed.said["webhook_secret"]
    assert endpoints(clinic)[theirs.id].url == theirs.url
    assert len(endpoints(clinic)) == 2


def test_another_api_version_takes_a_new_endpoint_and_then_the_old_one_goes(
    clinic: Clinic,
) -> None:
    old = made_by_hand(clinic, api_version=OLD_VERSION)
    told = clinic.examine().told("webhook endpoint", "problem")
    assert f"speaks API version {OLD_VERSION} and not {API_VERSION}" in told

    fixed = clinic.examine("--fix")
    assert endpoints(clinic)[old.id].status == "enabled"  # nobody knows the new secret yet
    assert clinic.examine("--fix").said["fixed"] == []

    both = f"{fixed.said['webhook_secret']},{clinic.secret}"
    twice = clinic.examine(stripe_webhook_secret=both).told("webhook endpoint", "warning")
    assert f"it switches {old.id} off" in twice
    last = clinic.examine("--fix", stripe_webhook_secret=both)
    assert last.code == 0
    assert endpoints(clinic)[old.id].status == "disabled"
    assert last.states("webhook endpoint") == ["ok"]


def test_an_endpoint_without_a_version_follows_the_account(clinic: Clinic) -> None:
    forget_endpoints(clinic)
    url = f"{clinic.url}/webhooks/stripe"
    clinic.client.v1.webhook_endpoints.create(params={"url": url, "enabled_events": ["*"]})

    told = clinic.examine().told("webhook endpoint", "problem")

    assert "the account's default" in told


def test_a_key_that_may_not_write_endpoints_is_told_so(clinic: Clinic) -> None:
    fixed = clinic.examine("--fix", stripe_secret_key="rk_test_restricted")

    told = fixed.told("--fix", "problem")
    assert "rak_webhook_endpoint_read" in told
    assert fixed.said["fixed"] == []


def test_pull_mode_has_nothing_to_fix(clinic: Clinic) -> None:
    fixed = clinic.examine("--fix", stripe_secret_key="rk_test_pull", stripe_webhook_secret="")

    assert fixed.code == 0
    assert fixed.said["fixed"] == []


# The secret


def test_a_secret_of_another_endpoint_is_known_by_its_fingerprint(clinic: Clinic) -> None:
    report = clinic.examine(stripe_webhook_secret="whsec_ofsomebodyelse1234")

    assert report.problems == {"webhook secret"}
    told = report.told("webhook secret", "problem")
    assert "whsec_***1234" in told
    assert clinic.endpoint
    assert clinic.endpoint.id in told


def test_while_the_secret_is_rotated_both_will_do(clinic: Clinic) -> None:
    report = clinic.examine(stripe_webhook_secret=f"whsec_ofsomebodyelse1234,{clinic.secret}")

    assert report.states("webhook secret") == ["ok"]


def test_a_secret_nobody_noted_is_judged_by_what_arrived(
    clinic: Clinic, databases: Databases
) -> None:
    made_by_hand(clinic)
    lent = databases.at_head("sqlite")
    url = next(lent)
    assert "before the first event" in clinic.examine(database_url=url).told(
        "webhook secret", "warning"
    )

    webhook(clinic, url)

    assert "verified an event at 20" in clinic.examine(database_url=url).told(
        "webhook secret", "ok"
    )
    next(lent, None)


def test_events_that_nobody_takes_speak_against_the_secret(
    clinic: Clinic, databases: Databases, tmp_path: Path
) -> None:
    made_by_hand(clinic, f"http://127.0.0.1:{free_port()}/webhooks/stripe")
    an_event(clinic)
    later = tmp_path / "offset"
    later.write_text("400")
    lent = databases.at_head("sqlite")

    report = clinic.examine(database_url=next(lent), clock_offset_file=later)

    told = report.told("webhook secret", "problem")
    assert "could not be delivered and none ever arrived here" in told
    next(lent, None)


def an_event(clinic: Clinic) -> bytes:
    """Let a session expire and give the event's body, as Stripe lists it."""
    price = {"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Poster"}}
    params: Any = {
        "mode": "payment",
        "success_url": "https://shop.example/",
        "line_items": [{"price_data": price, "quantity": 1}],
    }
    session = clinic.client.v1.checkout.sessions.create(params=params)
    clinic.sandbox.control("POST", f"checkout/sessions/{session.id}/expire")
    clinic.sandbox.control("POST", "deliveries/flush")
    found = clinic.client.raw_request("get", "/v1/events", type="checkout.session.expired")
    return json.dumps(found.data["data"][0]).encode()


def webhook(clinic: Clinic, database_url: str) -> None:
    """Bring an event in, signed."""
    body = an_event(clinic)
    header = signature(body, [clinic.secret], int(time.time()))
    app = create_app(Settings.load(**clinic.settings(database_url=database_url)))
    answer = app.test_client().post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": header}
    )
    assert answer.status_code == 200, answer.text
    with app.app_context():
        db.engine.dispose()
