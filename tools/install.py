"""Install a lock with pip and show how far it is: `python -m tools.install requirements.txt`.

Needs nothing but the standard library and the pip beside it: it is what installs the rest. Silence
of a minute looks like a hang, and pip's own words, eight a package, hide the one that matters; they
are kept, and shown when pip fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_REPORT_EVERY = 10  # packages, where a line cannot be written over
_FOUND = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([\w.\[\],-]+)")
_UNPACKING = "Installing collected packages:"


def wanted(lock: Path) -> int:
    """Count the packages that a lock names."""
    return sum("==" in line and not line.startswith("#") for line in lock.read_text().splitlines())


def steps(lines: Iterator[str], total: int) -> Iterator[str]:
    """Turn pip's words into steps: one for each package, one for the long end."""
    for number, name in enumerate(_packages(lines), start=1):
        yield f"{min(number, total)} of {total}: {name}" if name else "unpacking"


def _packages(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if found := _FOUND.match(line):
            yield found[1]
        elif line.startswith(_UNPACKING):
            yield ""


def show(steps: Iterator[str]) -> None:
    """Write each step over the one before; in a log, every tenth on a line of its own."""
    terminal = sys.stdout.isatty()
    for number, step in enumerate(steps):
        if terminal:
            print(f"\r  {step[:70]:<70}", end="", flush=True)
        elif number % _REPORT_EVERY == 0 or step == "unpacking":
            print(f"  {step}", flush=True)
    if terminal:
        print(f"\r{'':<72}\r", end="", flush=True)


def install(lock: Path) -> int:
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off", "--require-hashes", "-r", str(lock)]
    with subprocess.Popen(  # noqa: S603 - our own words
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        said: list[str] = []
        show(steps(_kept(pip.stdout or iter(()), said), wanted(lock)))
    if pip.returncode:
        print("".join(said), end="", file=sys.stderr)
        print(f"pip could not install {lock}: its last words are above.", file=sys.stderr)
    return pip.returncode


def _kept(lines: Iterator[str], said: list[str]) -> Iterator[str]:
    for line in lines:
        said.append(line)
        yield line


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
