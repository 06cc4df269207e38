"""What hosts and containers read is well formed, names settings that there are, and starts what the
Procfile starts."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from checkout_service.settings import Settings
from tests.support.processes import ROOT

PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text("utf-8").splitlines() if line
)
SETTINGS = {name.upper() for name in Settings.model_fields}


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # yaml says nothing of its types
    """Knows the one word of compose that plain YAML does not."""


_Loader.add_constructor("!reset", lambda loader, node: loader.construct_sequence(node))


def read(name: str) -> Any:
    text = (ROOT / name).read_text("utf-8")
    if name.endswith(".json"):
        return json.loads(text)
    return tomllib.loads(text) if name.endswith(".toml") else yaml.load(text, _Loader)  # noqa: S506


def tool(*command: str) -> str:
    """Run a linter that came with the tests; give its complaints."""
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.parametrize("name", ["Dockerfile", "stripe_sandbox/Dockerfile"])
def test_a_dockerfile_has_nothing_for_its_linter_to_say(name: str) -> None:
    assert tool("hadolint", name) == ""


def test_the_sandboxs_action_is_what_github_says_an_action_is() -> None:
    said = ("--builtin-schema", "vendor.github-actions", "stripe_sandbox/action.yml")

    assert tool("check-jsonschema", *said) == ""


@pytest.mark.parametrize("name", ["compose.yaml", "compose.sandbox.yaml"])
def test_compose_files_are_what_the_compose_specification_says(name: str, tmp_path: Path) -> None:
    plain = tmp_path / "compose.json"
    plain.write_text(json.dumps(read(name)))

    assert tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(plain)) == ""


def test_the_image_takes_in_all_that_the_product_runs_on_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    taken = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert "*" in ignored
    assert {name for name in taken if not (ROOT / name).exists()} == set()
    assert taken >= {"checkout_service", "templates", "migrations", "wsgi.py", "gunicorn.conf.py"}
    assert not taken & {".env", ".git", "tests", "instance"}


def test_the_image_serves_as_the_procfile_does_and_not_as_root() -> None:
    command, user = _command_and_user("Dockerfile", "CMD")

    assert command == shlex.split(PROCFILE["web"])
    assert user > 0


def test_the_sandboxs_image_serves_everybody_and_not_as_root() -> None:
    command, user = _command_and_user("stripe_sandbox/Dockerfile", "ENTRYPOINT")

    scripts = read("stripe_sandbox/pyproject.toml")["project"]["scripts"]
    assert (command[0] in scripts, command[1:]) == (True, ["--host", "0.0.0.0"])  # noqa: S104
    assert user > 0


def _command_and_user(name: str, word: str) -> tuple[list[str], int]:
    """Read what an image starts, and as whom."""
    text = (ROOT / name).read_text("utf-8")
    command: list[str] = json.loads(re.findall(rf"^{word} (\[.*\])$", text, re.MULTILINE)[-1])
    return command, int(re.findall(r"^USER (\d+)", text, re.MULTILINE)[-1])


def test_compose_runs_the_three_processes_on_a_disk_that_cannot_be_written() -> None:
    services = read("compose.yaml")["services"]

    assert services["migrate"]["command"] == shlex.split(PROCFILE["release"])
    assert services["worker"]["command"] == shlex.split(PROCFILE["worker"])
    assert "command" not in services["web"]
    for name in ("migrate", "web", "worker"):
        assert (services[name]["read_only"], services[name]["tmpfs"]) == (True, ["/tmp"])  # noqa: S108
        assert set(services[name]["environment"]) <= SETTINGS
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]
        assert waits == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_sandbox_of_compose_stands_where_the_shop_looks_for_it() -> None:
    services = read("compose.sandbox.yaml")["services"]

    for name in ("migrate", "web", "worker"):
        assert services[name]["network_mode"] == "service:sandbox"
        assert set(services[name]["environment"]) <= SETTINGS
        loaded = Settings.load(**{k.lower(): v for k, v in services[name]["environment"].items()})
        assert loaded.development


def test_render_starts_what_the_procfile_starts() -> None:
    blueprint = read("render.yaml")
    web, worker = blueprint["services"]

    assert (web["type"], worker["type"]) == ("web", "worker")
    assert web["preDeployCommand"] == PROCFILE["release"]
    assert (web["startCommand"], worker["startCommand"]) == (PROCFILE["web"], PROCFILE["worker"])
    (group,) = blueprint["envVarGroups"]
    keys = [{var["key"] for var in one["envVars"] if "key" in var} for one in (web, worker, group)]
    assert set().union(*keys) <= SETTINGS
    # The worker is told what the web knows by itself.
    assert keys[1] - keys[0] == {"PUBLIC_BASE_URL"}


def test_fly_starts_what_the_procfile_starts() -> None:
    fly = read("fly.toml")

    assert fly["deploy"]["release_command"] == PROCFILE["release"]
    assert fly["processes"] == {"web": PROCFILE["web"], "worker": PROCFILE["worker"]}
    assert set(fly["env"]) <= SETTINGS
    assert fly["http_service"]["internal_port"] == int(fly["env"]["PORT"])
    assert (fly["kill_signal"], fly["kill_timeout"]) == ("SIGTERM", "30s")


def test_railway_starts_what_the_procfile_starts() -> None:
    web, worker = read("railway.json")["deploy"], read("deploy/railway/worker.json")["deploy"]

    assert web["preDeployCommand"] == [PROCFILE["release"]]
    assert (web["startCommand"], worker["startCommand"]) == (PROCFILE["web"], PROCFILE["worker"])
    assert "preDeployCommand" not in worker


@pytest.mark.parametrize("name", ["migrate", "web", "worker"])
def test_systemd_starts_what_the_procfile_starts(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "systemd" / f"checkout-{name}.service")
    started = unit["Service"]["ExecStart"].removeprefix("/srv/checkout/.venv/bin/")
    wanted = PROCFILE["release" if name == "migrate" else name]

    assert started.replace("--bind 127.0.0.1:8000 ", "") == wanted
    assert unit["Service"]["User"] == "checkout"
    if name != "migrate":
        assert unit["Unit"]["Requires"] == "checkout-migrate.service"


def test_there_is_one_lock_and_one_python_for_every_host_to_find() -> None:
    rivals = ("uv.lock", "poetry.lock", "Pipfile", "Pipfile.lock", "setup.py", "runtime.txt")

    assert [name for name in rivals if (ROOT / name).exists()] == []
    python = (ROOT / ".python-version").read_text().strip()
    assert re.fullmatch(r"3\.\d+", python)
    assert f"library/python:{python}-slim" in (ROOT / "Dockerfile").read_text("utf-8")
    (told,) = read("project.toml")["io"]["buildpacks"]["build"]["env"]
    assert told == {"name": "BP_CPYTHON_VERSION", "value": f"{python}.*"}
