"""Where files need no disk: tests write many that live for seconds, and none cuts the power."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

GIB = 1024**3
_MEMORY = Path("/dev/shm")  # noqa: S108 - folders of our own are made in it


def memory(*, of_bytes: int) -> Path | None:
    """Return the folder in memory, if there is one with so much room."""
    usable = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if usable and shutil.disk_usage(_MEMORY).free > of_bytes else None
