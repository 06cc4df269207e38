"""Both clients against a running service, as they lie here."""

from __future__ import annotations

import subprocess

from tests.support.processes import ROOT, clean_environment
from tests.support.running_shop import Shop

JAVASCRIPT = ROOT / "clients" / "javascript"


def test_the_javascript_client_keeps_its_promises(shop: Shop, node: str) -> None:
    tests = sorted(str(path) for path in JAVASCRIPT.glob("test/*.test.ts"))

    told = subprocess.run(
        [node, "--conditions=@checkout-service/source", "--test", *tests],
        check=False,
        cwd=JAVASCRIPT,
        env=clean_environment({"CHECKOUT_URL": shop.service.url, "SANDBOX_URL": shop.sandbox.url}),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert told.returncode == 0, told.stdout + told.stderr
