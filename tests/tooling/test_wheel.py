"""The service as an installed package: all it needs is in the wheel, and it serves anywhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests

from tests.support.outside import outside
from tests.support.ports import free_port
from tests.support.processes import ROOT, Running, answers, run, start
from tests.support.service import environment

NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    run(["pip", "wheel", *options, "-w", str(folder), "."], env={}, seconds=240)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python outside the repository: the wheel, and the libraries that the tests have."""
    return outside(tmp_path_factory.mktemp("installed"), wheel)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalog and nothing else of the repository."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copy(ROOT / "catalog.toml", folder)
    return folder


@pytest.fixture(scope="module")
def env(home: Path) -> dict[str, str]:
    given = environment(database_url="sqlite:///shop.sqlite3", stripe_url=NOBODY_THERE)
    return given | {"PORT": str(free_port())}


@pytest.fixture(scope="module")
def web(python: str, home: Path, env: dict[str, str]) -> Iterator[Running]:
    upgrade = ["flask", "--app", "checkout_service.wsgi", "db", "upgrade"]
    run(upgrade, env=env, python=python, folder=home)
    running = start(
        ["gunicorn", "-c", "python:checkout_service.gunicorn_conf", "checkout_service.wsgi:app"],
        env=env,
        log=home / "web.log",
        ready=answers(f"http://127.0.0.1:{env['PORT']}/healthz"),
        python=python,
        folder=home,
    )
    yield running
    running.stop()


def beside_the_package(folder: str) -> set[str]:
    kept = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in kept if path.suffix != ".pyc"}


def test_every_file_of_the_product_is_in_the_wheel(wheel: Path) -> None:
    inside = set(ZipFile(wheel).namelist())

    assert beside_the_package("checkout_service") <= inside
    for folder in ("templates", "migrations"):
        assert {f"checkout_service/{name}" for name in beside_the_package(folder)} <= inside


def test_nothing_but_the_product_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"checkout_service"}


def test_the_wheel_asks_for_the_libraries_that_the_lock_is_made_of(wheel: Path) -> None:
    name = next(n for n in ZipFile(wheel).namelist() if n.endswith(".dist-info/METADATA"))
    metadata = ZipFile(wheel).read(name).decode().splitlines()
    named = [line.removeprefix("Requires-Dist: ") for line in metadata if "Requires-Dist" in line]
    asked = {line for line in named if "extra ==" not in line}
    pinned = (ROOT / "requirements.in").read_text("utf-8").splitlines()

    assert asked == {line for line in pinned if line and not line.startswith("#")}


def test_the_installed_service_serves_pages_styles_and_languages(
    web: Running, env: dict[str, str], home: Path
) -> None:
    http = requests.Session()
    http.trust_env = False
    shop = f"http://127.0.0.1:{env['PORT']}"

    for language, heading in (("de", "Was darf es sein?"), ("ar", "ماذا تريد أن تشتري؟")):
        page = http.get(shop, headers={"Accept-Language": language}, timeout=60)
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
        assert heading in page.text
    assert http.get(f"{shop}/static/style.css", timeout=60).status_code == 200
    assert http.get(f"{shop}/readyz", timeout=60).status_code == 200
    assert (home / "shop.sqlite3").is_file()


def test_the_installed_worker_works_until_it_is_told_to_stop(
    web: Running, python: str, env: dict[str, str], home: Path
) -> None:
    log = home / "worker.log"
    worker = start(
        ["flask", "--app", "checkout_service.wsgi", "worker"],
        env=env,
        log=log,
        ready=lambda: "worker.started" in log.read_text("utf-8"),
        python=python,
        folder=home,
    )

    assert worker.stop() == 0
