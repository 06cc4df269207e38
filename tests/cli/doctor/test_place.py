"""Where a shop runs: each fault of address, database, disk, frontends and worker is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.cli.doctor.doctor_env import DoctorEnv
from tests.support.databases import Databases
from tests.support.ports import free_port


def test_an_address_where_nobody_answers_is_named(doctor_env: DoctorEnv) -> None:
    url = f"http://127.0.0.1:{free_port()}"

    report = doctor_env.examine(public_base_url=url, stripe_api_base=doctor_env.elsewhere)

    told = report.told("address", "problem")
    assert f"PUBLIC_BASE_URL {url} does not answer (connection refused)" in told
    assert "Start the web process" in told


def test_a_stranger_at_our_address_is_noticed(
    doctor_env: DoctorEnv, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/healthz").respond_with_data("<h1>Coming soon</h1>")

    report = doctor_env.examine(public_base_url=httpserver.url_for("").rstrip("/"))

    assert "not this service" in report.told("address", "warning")


def test_an_address_that_sends_buyers_on_is_noticed(
    doctor_env: DoctorEnv, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/healthz").respond_with_data(
        status=301, headers={"Location": "https://www.shop.example/healthz"}
    )

    report = doctor_env.examine(public_base_url=httpserver.url_for("").rstrip("/"))

    assert "sends buyers on to https://www.shop.example/" in report.told("address", "warning")


def test_http_is_fine_in_development_only(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(stripe_api_base=doctor_env.elsewhere)

    assert report.problems == {"address"}
    assert "is not https" in report.told("address", "problem")


def test_a_database_that_does_not_answer_is_one_problem(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(database_url=f"postgresql://u:p@127.0.0.1:{free_port()}/shop")

    assert report.problems == {"database"}
    assert "DATABASE_URL" in report.told("database", "problem")
    assert "Mend the database first" in report.told("worker", "warning")
    assert "u:p" not in str(report.said)


def test_a_database_behind_the_release_is_told_the_command(
    doctor_env: DoctorEnv, tmp_path: Path
) -> None:
    report = doctor_env.examine(database_url=f"sqlite:///{tmp_path}/empty.sqlite3")

    assert "flask --app wsgi db upgrade" in report.told("database", "problem")


def test_sqlite_on_a_disk_that_vanishes_is_a_problem(
    doctor_env: DoctorEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNO", "web.1")

    report = doctor_env.examine()

    assert report.problems == {"disk"}
    assert "PostgreSQL" in report.told("disk", "problem")
    assert "TRUSTED_PROXY_HOPS=1" in report.told("proxies", "warning")


def test_a_disk_mounted_by_itself_is_none_that_vanishes(
    doctor_env: DoctorEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLY_APP_NAME", "shop")

    # /proc is such a disk on every Linux; nothing can be written there, which is another problem.
    report = doctor_env.examine(database_url="sqlite:////proc/shop.sqlite3", trusted_proxy_hops=1)

    assert report.states("disk") == ["ok"]
    assert report.states("proxies") == ["ok"]
    assert report.problems == {"database"}


def test_an_origin_without_tls_is_a_problem(doctor_env: DoctorEnv) -> None:
    report = doctor_env.examine(
        stripe_api_base=doctor_env.elsewhere,
        allowed_origins="https://shop.example,http://old.shop.example,http://localhost:5173",
    )

    assert "http://old.shop.example" in report.told("origins", "problem")
    assert "http://localhost:5173" in report.told("origins", "warning")
    assert "https://shop.example in" not in str(report.said)


def test_a_worker_that_never_ran_or_fell_silent_is_noticed(
    doctor_env: DoctorEnv, databases: Databases, tmp_path: Path
) -> None:
    fresh = databases.at_head("sqlite")
    told = doctor_env.examine(database_url=next(fresh)).told("worker", "warning")
    next(fresh, None)
    assert "flask --app wsgi worker" in told

    later = tmp_path / "offset"
    later.write_text("3600")
    report = doctor_env.examine(clock_offset_file=later)
    assert report.problems == {"worker"}
    assert "for the last time" in report.told("worker", "problem")
    assert report.states("clock") == ["ok"]


def test_how_long_personal_data_is_kept_is_told(doctor_env: DoctorEnv) -> None:
    kept = doctor_env.examine().told("retention", "ok")
    erased = doctor_env.examine(retention_days=30).told("retention", "ok")

    assert "RETENTION_DAYS is 0" in kept
    assert "erased after 30 days" in erased
