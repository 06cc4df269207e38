"""What is told of the sandbox is what it does: control routes, README by curl, fixture."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from stripe_sandbox import RunningSandbox, running_sandbox
from stripe_sandbox.app import create_sandbox
from tests.docs.test_readme import shell_lines
from tests.support.processes import ROOT, clean_environment

README = (ROOT / "stripe_sandbox" / "README.md").read_text("utf-8")
LINES = shell_lines(README)
CONSTANTS = [line for line in LINES if not line.startswith("curl")]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


def test_every_control_route_is_told_and_no_other() -> None:
    rules = create_sandbox(ticking=False).url_map.iter_rules()
    there = {
        f"{method} {re.sub('<[^>]+>', '{id}', rule.rule.removeprefix('/_sandbox/'))}"
        for rule in rules
        if rule.rule.startswith("/_sandbox/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert set(re.findall(r"^\| `([A-Z]+ [^`]+)` \|", README, re.MULTILINE)) == there


def test_a_running_sandbox_lists_its_control_routes(sandbox: RunningSandbox) -> None:
    listed = sandbox.control("GET", "")["data"]

    told = re.findall(r"^\| `([A-Z]+ [^`]+)` \|", README, re.MULTILINE)
    there = {f"{row['method']} {row['path'].removeprefix('/_sandbox')}" for row in listed}
    assert there == {"GET ", *(one.replace(" ", " /", 1) for one in told)}
    assert all(row["description"].endswith(".") for row in listed)


def test_everything_on_the_fixture_is_told() -> None:
    there = {name for name in vars(RunningSandbox) if not name.startswith("_")} | {"url"}
    there -= {"reset"}  # the fixture does it

    told = set(re.findall(r"`(\w+)(?:\([^`]*\))?`", README))
    assert there <= told


def test_every_line_of_curl_is_answered(sandbox: RunningSandbox) -> None:
    lines = [line for line in LINES if line.startswith("curl")]
    fixed = "\n".join(CONSTANTS).replace("http://127.0.0.1:4242", sandbox.url)
    session = _said(f"{fixed}\n{lines[0]}", {})

    (made,) = re.findall(r'"id": "(cs_test_\w+)"', session)
    for line in lines[1:]:
        assert '"error"' not in _said(f"{fixed}\n{line}", {"SESSION": made})


def _said(script: str, env: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-eu", "-c", f"{script} --fail-with-body"],
        check=True, capture_output=True, text=True, env=clean_environment(env), timeout=60,
    )  # fmt: skip
    return done.stdout
