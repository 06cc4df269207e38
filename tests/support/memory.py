"""How much memory a running service holds."""

from __future__ import annotations

import os
from pathlib import Path

from .service import Service


def memory_of(web: Service) -> int:
    """Sum the bytes that gunicorn's worker processes hold in memory."""
    assert web.web is not None
    pid = web.web.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")
