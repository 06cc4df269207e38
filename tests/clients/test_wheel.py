"""The Python client as an installed package: whole, typed, and on one library alone."""

from __future__ import annotations

import subprocess
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.processes import ROOT, clean_environment, run

CLIENT = ROOT / "clients" / "python"
PROGRAM = """
from checkout_service_client import Client, CheckoutProblem, FileCursor, NotGenuine, verify
import checkout_service_client, requests
try:
    verify(b"{}", {}, "whsec_none")
except NotGenuine:
    print(checkout_service_client.__file__)
try:
    list(Client("http://127.0.0.1:9", "key", most_tries=1).fulfilments(FileCursor("cursor.json")))
except requests.ConnectionError:
    print("nobody there")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(["hatchling", "build", "-t", "wheel", "-d", str(folder)], env={}, folder=CLIENT)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_the_client_its_types_and_its_licence(wheel: Path) -> None:
    inside = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    told = ZipFile(wheel).read("checkout_service_client-0.1.0.dist-info/METADATA").decode()
    needs = [line for line in told.splitlines() if line.startswith("Requires-Dist")]

    assert inside == {
        str(path.relative_to(CLIENT))
        for path in CLIENT.glob("checkout_service_client/*")
        if path.is_file()
    }
    assert "checkout_service_client/py.typed" in inside
    assert [need.split(":")[1].strip(" >=.0123456789") for need in needs] == ["requests"]
    assert "License-Expression: MIT" in told
    assert "checkout_service_client-0.1.0.dist-info/licenses/LICENSE" in ZipFile(wheel).namelist()


def test_the_installed_client_works_in_an_environment_of_its_own(
    wheel: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    ZipFile(wheel).extractall(packages)  # all that an installer does with pure Python

    told = subprocess.run(
        [python, "-c", PROGRAM],
        check=True,
        cwd=tmp_path,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert told.stdout.splitlines() == [
        str(packages / "checkout_service_client" / "__init__.py"),
        "nobody there",
    ]
    assert list(tmp_path.glob("cursor.json")) == []
