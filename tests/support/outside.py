"""A Python outside the repository, with what was built of it."""

from __future__ import annotations

import sysconfig
import venv
from pathlib import Path

from tests.support.processes import run


def outside(folder: Path, wheel: Path) -> str:
    """Make one in a folder; give its path. It has the wheel, and the libraries the tests have."""
    venv.create(folder, with_pip=False)
    python = str(folder / "bin" / "python")
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    run(
        ["pip", "--python", python, "install", "-q", "--no-deps", "--no-index", str(wheel)],
        env={},
        seconds=120,
    )
    return python
