"""An environment of its own for each piece of software, under `.fidelity/`, made once."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from .software import HERE, Software

ROOT = HERE.parent / ".fidelity"


def make(software: Software) -> Path:
    """Install what is pinned, unless that is done; return the folder. Raises CalledProcessError."""
    pins = HERE / "pins" / software.pins
    folder = ROOT / pins.stem
    stamp, wanted = folder / "stamp", hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    print(f"Installing {software.name}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if software.is_npm:
        shutil.copy(pins, folder / "package.json")
        _run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], folder)
    else:
        _run([sys.executable, "-m", "venv", "."], folder)
        _run(["bin/python", "-m", "pip", "install", "--quiet", "-r", str(pins)], folder)
    stamp.write_text(wanted)
    return folder


def version(software: Software, folder: Path) -> str:
    """Return which version of the package was installed."""
    if software.is_npm:
        about = folder / "node_modules" / software.package / "package.json"
        return str(json.loads(about.read_text("utf-8"))["version"])
    ask = f"from importlib.metadata import version; print(version({software.package!r}))"
    found = subprocess.run(
        [folder / "bin" / "python", "-c", ask], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def command(software: Software, folder: Path) -> list[str]:
    """Return how its steps are run."""
    steps = HERE / "steps" / software.steps
    if steps.suffix == ".py":
        own = folder / "bin" / "python"
        return [str(own if own.exists() else sys.executable), str(steps)]
    for one in steps.parent.glob("*.mjs"):
        shutil.copy(one, folder)  # node looks for packages beside a file, not where it is run
    return ["node", steps.name]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
