"""Runs examples as their readers would: in their folder, by their interpreter, told the address."""

from __future__ import annotations

import subprocess
import sys

from tests.support.merchant import SECRET
from tests.support.processes import ROOT, clean_environment
from tests.support.running_shop import Shop
from tests.support.service import API_KEY

EXAMPLES = ROOT / "docs" / "examples"


class Runner:
    """Starts examples by their file names."""

    def __init__(self, node: str, shop: Shop) -> None:
        self._commands = {".sh": "sh", ".py": sys.executable, ".mjs": node}
        self._env = clean_environment(
            {
                "CHECKOUT_URL": shop.service.url,
                "CHECKOUT_API_KEY": API_KEY,
                "NOTIFY_SECRET": SECRET,
                "PYTHONDONTWRITEBYTECODE": "1",
            }
        )

    def start(self, example: str, *given: str) -> subprocess.Popen[str]:
        """Start an example and leave it running."""
        (path,) = EXAMPLES.glob(f"*/{example}")
        return subprocess.Popen(
            [self._commands[path.suffix], str(path), *given],
            env=self._env,
            cwd=path.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(
        self, example: str, *given: str, body: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run an example to its end, whatever that is."""
        (path,) = EXAMPLES.glob(f"*/{example}")
        return subprocess.run(
            [self._commands[path.suffix], str(path), *given],
            check=False,
            env=self._env,
            cwd=path.parent,
            input=body,
            capture_output=True,
            timeout=60,
        )
