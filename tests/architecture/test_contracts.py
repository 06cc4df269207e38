"""The floors of the house: what import-linter enforces, and what it cannot see."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.support.processes import ROOT

OURS = re.compile(r"^(?:from|import) (?:checkout_service|stripe_sandbox)\b", re.MULTILINE)
CLIENT = re.compile(r"^(?:from|import) checkout_service_client\b", re.MULTILINE)
MOCKS = re.compile(r"unittest[. ](?:import )?mock|\bmocker\b|monkeypatch\.setattr")


def test_every_import_contract_is_kept() -> None:
    program = str(Path(sys.executable).with_name("lint-imports"))
    linted = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_no_test_replaces_a_part_of_the_product() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path != Path(__file__) and MOCKS.search(path.read_text("utf-8"))
    ]

    assert guilty == []


def test_every_module_of_the_product_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for folder in ("checkout_service", "stripe_sandbox", "clients/python")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (text := path.read_text("utf-8").lstrip()) and not text.startswith('"""')
    ]

    assert silent == []


def test_the_client_and_the_product_know_each_other_by_address_alone() -> None:
    def guilty(folder: str, imports: re.Pattern[str]) -> list[str]:
        paths = sorted((ROOT / folder).rglob("*.py"))
        return [str(path) for path in paths if imports.search(path.read_text("utf-8"))]

    assert guilty("clients/python", OURS) == []
    assert guilty("checkout_service", CLIENT) + guilty("stripe_sandbox", CLIENT) == []
