"""The webhook endpoint and its secret: each fault is named, and `--fix` puts the endpoint right."""

from __future__ import annotations

import json
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from flask.cli import ScriptInfo

from checkout_service import create_app
from checkout_service.flask_db import db
from checkout_service.settings import Settings
from checkout_service.stripe_gateway import API_VERSION
from stripe_sandbox.delivery import signature
from tests.cli.doctor.doctor_env import DoctorEnv, endpoints, forget_endpoints
from tests.support.databases import Databases
from tests.support.ports import free_port

OLD_VERSION = "2025-03-31.basil"


def made_by_hand(doctor_env: DoctorEnv, url: str | None = None, **more: Any) -> Any:
    """Make an endpoint as a person would in the dashboard: nobody noted its secret."""
    forget_endpoints(doctor_env)
    params = {
        "url": url or f"{doctor_env.url}/webhooks/stripe",
        "enabled_events": ["*"],
        "api_version": API_VERSION,
    }
    made = doctor_env.client.v1.webhook_endpoints.create(params=params | more)  # type: ignore[arg-type]
    doctor_env.secret = made.secret or ""
    return made


def changed(doctor_env: DoctorEnv, **params: Any) -> str:
    assert doctor_env.endpoint
    doctor_env.client.v1.webhook_endpoints.update(doctor_env.endpoint.id, params=params)  # type: ignore[arg-type]
    return doctor_env.endpoint.id


def test_a_missing_endpoint_is_made_and_its_secret_told_once(doctor_env: DoctorEnv) -> None:
    forget_endpoints(doctor_env)
    before = doctor_env.examine(stripe_api_base=doctor_env.elsewhere)
    assert "doctor --fix: it makes one" in before.told("webhook endpoint", "problem")
    assert doctor_env.examine().states("webhook endpoint") == ["warning"]  # development

    fixed = doctor_env.examine("--fix")

    [made] = endpoints(doctor_env).values()
    assert (made.url, made.api_version) == (f"{doctor_env.url}/webhooks/stripe", API_VERSION)
    secret = fixed.said["webhook_secret"]
    assert secret.startswith("whsec_")
    assert made.id in fixed.said["fixed"][0]
    assert fixed.problems == {"webhook secret"}
    assert secret not in doctor_env.run("doctor", "--fix").stdout
    assert doctor_env.examine(stripe_webhook_secret=secret).problems == set()


def test_the_secret_is_printed_for_people_with_what_to_do(doctor_env: DoctorEnv) -> None:
    forget_endpoints(doctor_env)

    said = doctor_env.run("doctor", "--fix").stdout

    assert "Done: Made webhook endpoint we_" in said
    assert "shown this once" in said
    assert said.count("\n  whsec_") == 1
    assert said.index("\n  whsec_") < said.index("Stripe API version")  # before it may be cut


@pytest.mark.parametrize("options", [(), ("--json",), ("--brief",)], ids=str)
def test_a_secret_that_cannot_be_printed_is_told_how_to_come_by(
    doctor_env: DoctorEnv, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    forget_endpoints(doctor_env)
    app = create_app(Settings.load(**doctor_env.settings()))

    with redirect_stdout(None), pytest.raises(SystemExit) as done:
        app.cli.main(["doctor", "--fix", *options], obj=ScriptInfo(create_app=lambda: app))
    with app.app_context():
        db.engine.dispose()

    assert done.value.code == 74
    assert len(endpoints(doctor_env)) == 1
    assert "delete the endpoint there and run doctor --fix again" in capsys.readouterr().err


def test_an_endpoint_that_is_off_is_turned_on(doctor_env: DoctorEnv) -> None:
    name = changed(doctor_env, disabled=True)
    assert f"{name} is switched off" in doctor_env.examine().told("webhook endpoint", "problem")

    fixed = doctor_env.examine("--fix")

    assert fixed.code == 0
    assert fixed.said["webhook_secret"] is None
    assert endpoints(doctor_env)[name].status == "enabled"


def test_missing_events_are_named_and_added_and_others_stay(doctor_env: DoctorEnv) -> None:
    name = changed(doctor_env, enabled_events=["checkout.session.completed", "customer.created"])
    told = doctor_env.examine().told("webhook endpoint", "problem")
    assert "does not send checkout.session.async_payment_succeeded," in told
    assert " more. Run doctor --fix" in told

    fixed = doctor_env.examine("--fix")

    assert fixed.code == 0
    assert {"customer.created", "refund.failed"} <= set(endpoints(doctor_env)[name].enabled_events)


def test_an_endpoint_that_sends_elsewhere_is_led_home(doctor_env: DoctorEnv) -> None:
    name = changed(doctor_env, url="https://old.shop.example/webhooks/stripe")
    told = doctor_env.examine().told("webhook endpoint", "problem")
    assert f"sends to https://old.shop.example/webhooks/stripe and not to {doctor_env.url}" in told

    fixed = doctor_env.examine("--fix")

    assert fixed.code == 0
    assert endpoints(doctor_env)[name].url == f"{doctor_env.url}/webhooks/stripe"


def test_a_slash_too_many_is_found_on_an_endpoint_made_by_hand(doctor_env: DoctorEnv) -> None:
    made = made_by_hand(doctor_env, f"{doctor_env.url}/webhooks/stripe/")

    fixed = doctor_env.examine("--fix")

    assert fixed.states("webhook endpoint") == ["ok"]
    assert list(endpoints(doctor_env)) == [made.id]


def test_another_shops_endpoint_is_left_alone(doctor_env: DoctorEnv) -> None:
    theirs = made_by_hand(doctor_env, "https://staging.shop.example/webhooks/stripe")

    fixed = doctor_env.examine("--fix")

    assert fixed.said["webhook_secret"]
    assert endpoints(doctor_env)[theirs.id].url == theirs.url
    assert len(endpoints(doctor_env)) == 2


def test_another_api_version_takes_a_new_endpoint_and_then_the_old_one_goes(
    doctor_env: DoctorEnv,
) -> None:
    old = made_by_hand(doctor_env, api_version=OLD_VERSION)
    told = doctor_env.examine().told("webhook endpoint", "problem")
    assert f"speaks API version {OLD_VERSION} and not {API_VERSION}" in told

    fixed = doctor_env.examine("--fix")
    assert endpoints(doctor_env)[old.id].status == "enabled"  # nobody knows the new secret yet
    assert doctor_env.examine("--fix").said["fixed"] == []

    both = f"{fixed.said['webhook_secret']},{doctor_env.secret}"
    twice = doctor_env.examine(stripe_webhook_secret=both).told("webhook endpoint", "warning")
    assert f"it switches {old.id} off" in twice
    last = doctor_env.examine("--fix", stripe_webhook_secret=both)
    assert last.code == 0
    assert endpoints(doctor_env)[old.id].status == "disabled"
    assert last.states("webhook endpoint") == ["ok"]


def test_an_endpoint_without_a_version_follows_the_account(doctor_env: DoctorEnv) -> None:
    forget_endpoints(doctor_env)
    url = f"{doctor_env.url}/webhooks/stripe"
    doctor_env.client.v1.webhook_endpoints.create(params={"url": url, "enabled_events": ["*"]})

    told = doctor_env.examine().told("webhook endpoint", "problem")

    assert "the account's default" in told


def test_a_key_that_may_not_write_endpoints_is_told_so(doctor_env: DoctorEnv) -> None:
    fixed = doctor_env.examine("--fix", stripe_secret_key="rk_test_restricted")

    told = fixed.told("--fix", "problem")
    assert "rak_webhook_read" in told
    assert fixed.said["fixed"] == []


def test_pull_mode_has_nothing_to_fix(doctor_env: DoctorEnv) -> None:
    fixed = doctor_env.examine("--fix", stripe_secret_key="rk_test_pull", stripe_webhook_secret="")

    assert fixed.code == 0
    assert fixed.said["fixed"] == []


# The secret


def test_a_secret_of_another_endpoint_is_known_by_its_fingerprint(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(stripe_webhook_secret="whsec_ofsomebodyelse1234")

    assert report.problems == {"webhook secret"}
    told = report.told("webhook secret", "problem")
    assert "whsec_***1234" in told
    assert doctor_env.endpoint
    assert doctor_env.endpoint.id in told


def test_while_the_secret_is_rotated_both_will_do(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(
        stripe_webhook_secret=f"whsec_ofsomebodyelse1234,{doctor_env.secret}"
    )

    assert report.states("webhook secret") == ["ok"]


def test_a_secret_nobody_noted_is_judged_by_what_arrived(
    doctor_env: DoctorEnv, databases: Databases
) -> None:
    made_by_hand(doctor_env)
    lent = databases.at_head("sqlite")
    url = next(lent)
    assert "before the first event" in doctor_env.examine(database_url=url).told(
        "webhook secret", "warning"
    )

    webhook(doctor_env, url)

    assert "verified an event at 20" in doctor_env.examine(database_url=url).told(
        "webhook secret", "ok"
    )
    next(lent, None)


def test_events_that_nobody_takes_speak_against_the_secret(
    doctor_env: DoctorEnv, databases: Databases, tmp_path: Path
) -> None:
    made_by_hand(doctor_env, f"http://127.0.0.1:{free_port()}/webhooks/stripe")
    an_event(doctor_env)
    later = tmp_path / "offset"
    later.write_text("400")
    lent = databases.at_head("sqlite")

    report = doctor_env.examine(database_url=next(lent), clock_offset_file=later)

    told = report.told("webhook secret", "problem")
    assert "could not be delivered and none ever arrived here" in told
    next(lent, None)


def an_event(doctor_env: DoctorEnv) -> bytes:
    """Let a session expire and give the event's body, as Stripe lists it."""
    price = {"currency": "usd", "unit_amount": 2500, "product_data": {"name": "Poster"}}
    params: Any = {
        "mode": "payment",
        "success_url": "https://shop.example/",
        "line_items": [{"price_data": price, "quantity": 1}],
    }
    session = doctor_env.client.v1.checkout.sessions.create(params=params)
    doctor_env.sandbox.control("POST", f"checkout/sessions/{session.id}/expire")
    doctor_env.sandbox.control("POST", "deliveries/flush")
    found = doctor_env.client.raw_request("get", "/v1/events", type="checkout.session.expired")
    return json.dumps(found.data["data"][0]).encode()


def webhook(doctor_env: DoctorEnv, database_url: str) -> None:
    """Bring an event in, signed."""
    body = an_event(doctor_env)
    header = signature(body, [doctor_env.secret], int(time.time()))
    app = create_app(Settings.load(**doctor_env.settings(database_url=database_url)))
    answer = app.test_client().post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": header}
    )
    assert answer.status_code == 200, answer.text
    with app.app_context():
        db.engine.dispose()
