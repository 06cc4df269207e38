"""Every licence was read, the bill of materials is whole and well formed, the audit is honest."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from checkout_service.settings.release import RELEASE
from tests.support.processes import ROOT
from tools import audit, install, licenses
from tools.lock import Package, packages, vendored
from tools.sbom import bill


def test_every_package_of_the_lock_has_a_licence_that_somebody_read() -> None:
    assert {package.name for package in packages() if not licenses.license_of(package)} == set()


def test_a_licence_that_nobody_read_is_an_error() -> None:
    with pytest.raises(licenses.UnknownLicense, match="says nothing"):
        licenses.license_of(Package("nobody-made-this", "1.0"))


def test_the_page_of_licences_is_that_of_the_lock() -> None:
    assert licenses.PAGE.read_text("utf-8") == licenses.page(), "make licenses"


def test_every_vendored_library_brings_its_licence_along() -> None:
    folder = ROOT / "checkout_service" / "static" / "vendor"
    for one in vendored():
        assert list((folder / one.file).parent.glob("LICENSE*")), one.file


def test_the_bill_of_materials_is_whole_and_as_cyclonedx_says() -> None:
    made = bill()
    named = {component["purl"] for component in made["components"]}
    refs = {one["ref"] for one in made["dependencies"]}
    needed = {need for one in made["dependencies"] for need in one["dependsOn"]}

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made)) is None
    assert named >= {package.purl for package in packages()}
    assert needed <= refs
    assert f"pkg:pypi/flask@{version('flask')}" in needed


def test_a_database_that_is_silent_is_not_taken_for_one_that_finds_nothing() -> None:
    assert not audit.reaches_a_database("--osv-url", "http://127.0.0.1:9")


def test_the_project_says_who_made_it_and_under_which_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert (project["license"], project["license-files"]) == ("MIT", ["LICENSE"])
    assert "the Checkout Service authors" in (ROOT / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("client", ["javascript", "python"])
def test_each_client_goes_out_under_the_licence_and_the_release_of_the_service(client: str) -> None:
    folder = ROOT / "clients" / client
    if client == "javascript":
        said = json.loads((folder / "package.json").read_text("utf-8"))
    else:
        said = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]

    assert (said["license"], said["version"]) == ("MIT", RELEASE)
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_an_install_tells_each_package_once_and_when_it_unpacks(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("# a==1 is no package\nb==2 \\\n    --hash=sha256:00\nc[extra]==3\n")
    said = [
        "Collecting b==2 (from -r lock.txt (line 2))\n",
        "  Downloading b-2-py3-none-any.whl (14 kB)\n",
        "Requirement already satisfied: c[extra]==3 in ./lib (from -r lock.txt (line 4)) (3)\n",
        "Installing collected packages: b\n",
    ]

    told = list(install.steps(iter(said), install.wanted(lock)))

    assert told == ["1 of 2: b", "2 of 2: c[extra]", "unpacking"]
