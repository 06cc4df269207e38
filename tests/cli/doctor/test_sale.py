"""The merchant's backend and what is for sale: each fault is named, with the way to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checkout_service import create_app
from checkout_service.settings import Settings
from checkout_service.storage import receivers
from tests.cli.doctor.doctor_env import CATALOG, DoctorEnv


def test_a_private_notify_url_is_a_problem_unless_it_is_allowed(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(notify_allow_private=False)

    assert report.problems == {"notifications"}
    told = report.told("notifications", "problem")
    assert "leads to a private address" in told
    assert "NOTIFY_ALLOW_PRIVATE=1" in told


def test_a_notify_url_without_tls_is_a_problem(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(
        stripe_api_base=doctor_env.elsewhere,
        notify_allow_private=False,
        notify_url="http://203.0.113.7/hook?token=topsecret",
    )

    assert "http://203.0.113.7 is not https" in report.told("notifications", "problem")
    assert "topsecret" not in str(report.said)


def test_no_notify_url_is_a_warning(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(notify_url="")

    assert "Set NOTIFY_URL" in report.told("notifications", "warning")
    assert report.code == 0


def test_a_receiver_that_said_gone_is_a_problem(doctor_env: DoctorEnv) -> None:
    url = f"{doctor_env.merchant.url}/gone"
    app = create_app(Settings.load(**doctor_env.settings(notify_url=url)))
    deliver = app.extensions["checkout_service"].deliver_outbox
    deliver.database.write(lambda c: receivers.disable(c, deliver.receivers[0].name, now=1))

    report = doctor_env.examine(notify_url=url)

    assert "messages enable" in report.told("notifications", "problem")


def test_each_of_several_receivers_is_looked_at(doctor_env: DoctorEnv) -> None:
    gone, lost = (
        f"{doctor_env.merchant.url}/of-two",
        "https://no-such-host.invalid/hook?k=topsecret",
    )
    urls = f"{doctor_env.merchant.url},{gone},{lost}"
    app = create_app(Settings.load(**doctor_env.settings(notify_url=urls)))
    deliver = app.extensions["checkout_service"].deliver_outbox
    deliver.database.write(lambda c: receivers.disable(c, deliver.receivers[1].name, now=1))

    report = doctor_env.examine(notify_url=urls)

    assert "signed with whsec_***" in report.told("notifications", "ok")
    told = report.told("notifications", "problem")
    assert "messages enable" in told
    assert "https://no-such-host.invalid has a host that no name server knows" in told
    assert "topsecret" not in str(report.said)


def test_a_stripe_price_that_is_not_there_is_named(doctor_env: DoctorEnv) -> None:
    more = '[[products]]\nid="a"\nname="A"\n[[products.prices]]\nid="b"\nstripe_price="price_none"'

    report = doctor_env.examine(catalog_file=doctor_env.catalog(more))

    assert report.problems == {"catalog"}
    assert "price_none" in report.told("catalog", "problem")


def test_a_price_the_key_may_not_read_is_told_with_the_permission(doctor_env: DoctorEnv) -> None:
    more = '[[products]]\nid="a"\nname="A"\n[[products.prices]]\nid="b"\nstripe_price="price_x"'

    report = doctor_env.examine(
        catalog_file=doctor_env.catalog(more),
        stripe_secret_key="rk_test_x",
        stripe_webhook_secret="",
    )

    assert "rak_plan_read" in report.told("catalog", "warning")


@pytest.mark.parametrize(
    ("redirect", "state", "word"),
    [
        ("/links/return?session_id=%7BCHECKOUT_SESSION_ID%7D", "problem", "percent-encoded"),
        ("/links/return", "problem", "carries no {CHECKOUT_SESSION_ID}"),
    ],
)
def test_a_redirect_that_cannot_work_is_named(
    doctor_env: DoctorEnv, redirect: str, state: str, word: str
) -> None:
    found = doctor_env.link(redirect=doctor_env.url + redirect)

    report = doctor_env.examine(catalog_file=doctor_env.selling(found.url, found.id))

    told = report.told("link donation", state)
    assert word in told
    assert f"{doctor_env.url}/links/return?session_id={{CHECKOUT_SESSION_ID}}" in told


def test_a_redirect_to_a_stranger_is_named(doctor_env: DoctorEnv) -> None:
    found = doctor_env.link(redirect="https://evil.example/?s={CHECKOUT_SESSION_ID}")

    report = doctor_env.examine(catalog_file=doctor_env.selling(found.url, found.id))

    assert "https://evil.example" in report.told("link donation", "problem")


def test_a_link_that_stripe_does_not_have_is_named(doctor_env: DoctorEnv) -> None:
    path = doctor_env.selling("https://buy.stripe.com/test_x", "plink_nowhere")

    report = doctor_env.examine(catalog_file=path)

    assert report.problems == {"link donation"}
    assert "plink_nowhere" in report.told("link donation", "problem")


def test_a_link_that_is_off_or_sells_something_else_is_named(doctor_env: DoctorEnv) -> None:
    found = doctor_env.link(quantity=2)
    doctor_env.client.v1.payment_links.update(found.id, params={"active": False})

    report = doctor_env.examine(catalog_file=doctor_env.selling(found.url, found.id))

    told = report.told("link donation", "problem")
    assert "is deactivated" in told
    assert "It sells 2 x 25.00 USD, the catalog says 1 x 25.00 USD" in told


def test_a_reference_in_the_url_and_a_url_of_another_link_are_named(doctor_env: DoctorEnv) -> None:
    found, other = doctor_env.link(), doctor_env.link()
    path = doctor_env.selling(f"{other.url}?client_reference_id=mine", found.id)

    told = doctor_env.examine(catalog_file=path).told("link donation", "problem")

    assert "Take client_reference_id out" in told
    assert f"is not that of {found.id}" in told


@pytest.mark.parametrize(
    ("logo", "told"),
    [
        ("http://127.0.0.1:8000/logo.png", "no logo: Stripe cannot fetch it"),
        ("https://paper.example/logo.svg", "Stripe's page takes a GIF, JPEG or PNG"),
    ],
)
def test_a_logo_that_stripe_cannot_show_is_named(
    doctor_env: DoctorEnv, tmp_path: Path, logo: str, told: str
) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(f'{CATALOG}\n[shop]\nlogo = "{logo}"\n')
    report = doctor_env.examine(catalog_file=path)

    assert told in report.told("branding", "warning")
    assert logo in report.told("branding", "warning")


def test_another_logo_for_stripe_alone_is_enough(doctor_env: DoctorEnv, tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(
        f'{CATALOG}\n[shop]\nlogo = "https://paper.example/logo.svg"\n[checkout.session]\n'
        'branding_settings.icon = { type = "file", file = "file_1" }\n'
    )

    assert doctor_env.examine(catalog_file=path).states("branding") == ["ok"]


def test_a_picture_that_stripe_cannot_fetch_is_named(doctor_env: DoctorEnv, tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    hidden, seen = "http://127.0.0.1:8000/p.png", "https://cdn.example/p.png"
    for images, prices, states in (
        ([hidden, seen], 'currency = "usd"\nunit_amount = 900\n', ["ok", "warning"]),
        ([seen], 'currency = "usd"\nunit_amount = 900\n', ["ok"]),
        ([hidden], 'stripe_price = "price_1"\n', ["ok"]),
    ):
        path.write_text(
            f'{CATALOG}\n[[products]]\nid = "p"\nname = "P"\nimages = {json.dumps(images)}\n'
            f'[[products.prices]]\nid = "p-usd"\n{prices}'
        )
        report = doctor_env.examine(catalog_file=path)
        assert report.states("branding") == states
        if "warning" in states:
            assert f"cannot fetch: {hidden}." in report.told("branding", "warning")
