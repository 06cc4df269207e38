"""What browsers load is exactly what was vetted: the sums of vendor.lock, and nothing beside it."""

from __future__ import annotations

import hashlib

from tests.support.processes import ROOT

VENDOR = ROOT / "checkout_service" / "static" / "vendor"
LOCK = VENDOR / "vendor.lock"


def locked() -> dict[str, str]:
    rows = [line.split() for line in LOCK.read_text("utf-8").splitlines() if line[:1] != "#"]
    return {target: checksum for checksum, target, _package, _file in rows}


def test_every_vendored_file_has_the_sum_it_was_locked_with() -> None:
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != LOCK
    }

    assert found == locked()


def test_every_vendored_library_brings_its_licence() -> None:
    libraries = {target.split("/")[0] for target in locked()}

    licensed = {path.parent.name for path in VENDOR.glob("*/LICENSE*")}

    assert licensed == libraries
