"""Doctor on broken shops, one for each fault: it names the fault and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.cli.doctor.doctor_env import DoctorEnv, untimely_stripe
from tests.support.ports import free_port


def test_a_healthy_shop_is_all_green(doctor_env: DoctorEnv) -> None:
    found = doctor_env.link()

    report = doctor_env.examine(catalog_file=doctor_env.selling(found.url, found.id))

    assert [check for check in report.checks if check["state"] != "ok"] == []
    assert report.code == 0
    assert report.said["ok"] is True
    assert len(report.checks) == 21


def test_people_read_marks_words_and_the_way_to_mend(doctor_env: DoctorEnv) -> None:
    assert doctor_env.endpoint
    doctor_env.client.v1.webhook_endpoints.update(doctor_env.endpoint.id, params={"disabled": True})

    result = doctor_env.run("doctor")

    assert result.exit_code == 1
    assert "\u2713 ok       keys" in result.stdout
    assert "\u2717 problem  webhook endpoint" in result.stdout
    assert "To mend: Run doctor --fix" in result.stdout
    assert "1 problem, 0 warnings." in result.stdout.replace("No warnings", "0 warnings")
    assert result.stderr == ""


def test_no_secret_is_printed_beyond_its_prefix_and_end(doctor_env: DoctorEnv) -> None:
    secrets = {
        "stripe_secret_key": "sk_test_" + "abcdefgh" * 4,
        "stripe_publishable_key": "pk_test_" + "ijklmnop" * 4,
        "notify_secret": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }

    said = doctor_env.run("doctor", "--json", **secrets).stdout

    assert "sk_test_***efgh" in said
    for secret in (*secrets.values(), doctor_env.secret):
        assert secret not in said
        assert secret[-6:] not in said


def test_keys_of_two_accounts_are_noticed(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(
        stripe_secret_key="sk_test_51" + "A" * 14 + "x" * 80,
        stripe_publishable_key="pk_test_51" + "B" * 14 + "x" * 80,
    )

    assert "two accounts" in report.told("keys", "warning")


def test_a_key_that_stripe_does_not_know_is_named(
    doctor_env: DoctorEnv, httpserver: HTTPServer
) -> None:
    error = {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
    httpserver.expect_request("/v1/checkout/sessions").respond_with_json(error, status=401)

    report = doctor_env.examine(stripe_api_base=httpserver.url_for("").rstrip("/"))

    assert report.code == 1
    assert report.problems == {"key"}
    assert "Developers > API keys" in report.told("key", "problem")
    assert "Mend the key first" in report.told("webhook endpoint", "warning")


def test_a_stripe_that_does_not_answer_is_one_problem_not_ten(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(stripe_api_base=f"http://127.0.0.1:{free_port()}")

    assert report.problems == {"key"}
    assert "does not answer" in report.told("key", "problem")


def test_a_restricted_key_is_told_what_it_lacks_by_name(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(stripe_secret_key="rk_test_restricted")

    told = report.told("permissions", "problem")
    for name in ("Checkout Sessions: write", "PaymentIntents: write", "Events: read"):
        assert name in told
    assert "Payment Links" not in told
    assert "Webhook Endpoints: read" in report.told("webhook endpoint", "warning")


NEEDED = (
    "rak_checkout_session_write", "rak_payment_intent_write", "rak_charge_write",
    "rak_dispute_read", "rak_event_read", "rak_webhook_read",
)  # fmt: skip
BESIDE = ("rak_invoice_read", "rak_shipping_rate_read")
CLUB = """
[[products]]
id = "club"
name = "Club"
  [[products.prices]]
  id = "monthly"
  currency = "usd"
  unit_amount = 900
  recurring = { interval = "month" }
"""


def gives(doctor_env: DoctorEnv, *permissions: str) -> dict[str, Any]:
    """Give a restricted key these permissions; return the settings that use it."""
    given = {"key": "rk_test_chosen", "permissions": list(permissions)}
    doctor_env.sandbox.control("PUT", "keys", given)
    return {"stripe_secret_key": "rk_test_chosen", "api_keys": "key-of-the-merchants-backend"}


def test_a_restricted_key_with_what_is_needed_is_all_green(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(**gives(doctor_env, *NEEDED))

    assert report.states("permissions") == ["ok", "ok", "ok"]
    told = report.told("permissions", "ok")
    assert "Without Customer portal: write the backend's portal-sessions are refused." in told
    assert "Without Customers: write orders of customer by_email are refused." in told


def test_subscriptions_need_invoices_and_the_portal(doctor_env: DoctorEnv) -> None:
    catalog = doctor_env.catalog(CLUB)

    lacking = doctor_env.examine(catalog_file=catalog, **gives(doctor_env, *NEEDED))
    whole = (*NEEDED, *BESIDE, "rak_customer_write", "rak_customer_portal_write")
    right = doctor_env.examine(catalog_file=catalog, **gives(doctor_env, *whole))

    told = lacking.told("permissions", "problem")
    assert "Invoices: read, Shipping Rates: read" in told
    assert "Checkout Sessions" not in told
    assert "Customer portal: write" in lacking.told("permissions", "warning")
    assert right.states("permissions") == ["ok"]


def test_an_organisations_key_is_told_with_its_account(doctor_env: DoctorEnv) -> None:
    organisation = {"stripe_secret_key": "sk_org_test_abcdefghijklm", "stripe_context": "acct_123"}

    report = doctor_env.examine(**organisation)

    assert report.problems == set()
    assert "sk_org_test_***jklm" in report.told("keys", "ok")
    assert "acts on acct_123" in report.told("keys", "ok")
    assert "may do what it must" in report.told("permissions", "ok")


def test_pull_mode_needs_three_reads_and_no_webhook(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(stripe_secret_key="rk_test_pull", stripe_webhook_secret="")

    assert report.problems == set()
    told = report.told("permissions", "ok")
    assert "Checkout Sessions: read, Payment Links: read, PaymentIntents: read" in told
    assert "pull mode" in report.told("webhook endpoint", "ok")


@pytest.mark.parametrize(
    ("seconds", "state"), [(-400, "problem"), (400, "problem"), (-90, "warning"), (20, "ok")]
)
def test_a_clock_that_goes_wrong_is_measured(
    doctor_env: DoctorEnv, seconds: int, state: str
) -> None:
    with untimely_stripe(seconds) as url:
        report = doctor_env.examine(stripe_api_base=url)

    assert report.states("clock") == [state]
    if state != "ok":
        told = report.told("clock", state)
        assert "NTP" in told
        assert ("ahead of" if seconds > 0 else "behind") in told
        assert any(f"{n} s" in told for n in (abs(seconds) - 1, abs(seconds), abs(seconds) + 1))
