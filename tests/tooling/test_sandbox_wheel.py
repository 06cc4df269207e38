"""The sandbox as a package of its own: what is in it, and that it serves tests wherever it is."""

from __future__ import annotations

import compileall
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests
import yaml

from tests.support.outside import outside
from tests.support.processes import ROOT, clean_environment, run

SANDBOX = ROOT / "stripe_sandbox"
NOT_FOR_THE_WHEEL = {".dockerignore", "Dockerfile", "LICENSE", "README.md", "action.yml",
                     "pyproject.toml"}  # fmt: skip
MOST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(["hatchling", "build", "-t", "wheel", "-d", str(folder)], env={}, folder=SANDBOX)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A folder with the test of README and nothing of the repository."""
    readme = (SANDBOX / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "test_example.py").write_text(shown)
    return tmp_path


def test_all_of_the_sandbox_and_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    kept = {
        f"stripe_sandbox/{path.relative_to(SANDBOX)}"
        for path in SANDBOX.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.name not in NOT_FOR_THE_WHEEL
    }
    inside = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert inside == kept


def test_it_brings_nothing_but_flask_requests_and_its_licence(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = {name.partition(".dist-info/")[2]: name for name in packed.namelist()}
        metadata = packed.read(names["METADATA"]).decode()
        licence = packed.read(names["licenses/LICENSE"])

    asked = re.findall(r"^Requires-Dist: (\w+)", metadata, re.MULTILINE)
    assert asked == ["flask", "requests"]
    assert licence == (ROOT / "LICENSE").read_bytes()


def test_installed_it_is_smaller_than_four_megabytes(wheel: Path, tmp_path: Path) -> None:
    ZipFile(wheel).extractall(tmp_path)
    compileall.compile_dir(tmp_path, quiet=1)

    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_example_of_its_readme_passes(example: Path) -> None:
    plugin = ["-p", "stripe_sandbox.plugin"]

    told = run(["pytest", "-q", *plugin], env={"PYTHONPATH": str(ROOT)}, folder=example)

    assert "1 passed" in told


@pytest.mark.long  # in short: with its plugin named
def test_the_example_passes_where_nothing_but_the_wheel_is_installed(
    wheel: Path, example: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    python = outside(tmp_path_factory.mktemp("installed"), wheel)

    told = run(["pytest", "-q"], env={}, python=python, folder=example)

    assert "1 passed" in told
    helped = subprocess.run(
        [Path(python).with_name("stripe-sandbox"), "--help"], check=True, capture_output=True
    )
    assert b"--webhook-secret" in helped.stdout


@pytest.mark.long  # in short: its schema, in test_deploy_files.py
def test_the_action_starts_one_and_tells_later_steps(tmp_path: Path) -> None:
    (step,) = yaml.safe_load((SANDBOX / "action.yml").read_text("utf-8"))["runs"]["steps"]
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_INDEX": "1"}
    runner = {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(SANDBOX),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_ENV": str(tmp_path / "env"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    given = {"PORT": "0", "WEBHOOK": "http://127.0.0.1:9/", "WEBHOOK_SECRET": "whsec_mine"}
    env = clean_environment(libraries | runner | given | {"PIP_NO_BUILD_ISOLATION": "0"})

    # The runner ends what a job left running.
    process = subprocess.Popen(
        ["bash", "-e", "-o", "pipefail", "-c", f"{step['run']}\necho $! >{tmp_path}/pid"],
        env=env, start_new_session=True,
    )  # fmt: skip
    assert process.wait(300) == 0

    url = (tmp_path / "output").read_text().strip().removeprefix("url=")
    try:
        assert requests.get(f"{url}/_sandbox/requests", timeout=60).json() == {"data": []}
        assert (tmp_path / "env").read_text() == f"STRIPE_SANDBOX_URL={url}\n"
    finally:
        os.kill(int((tmp_path / "pid").read_text()), 15)
