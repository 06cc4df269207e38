"""Read a lock, and what its packages say of themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LINE = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Package:
    """One line of a lock; nothing is installed for a line that is another system's."""

    name: str
    version: str

    @property
    def installed(self) -> Distribution | None:
        try:
            return distribution(self.name)
        except PackageNotFoundError:
            return None

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def packages(lock: Path = ROOT / "requirements.txt") -> list[Package]:
    """List what a lock names, each once, in the order of the alphabet."""
    return sorted(
        {Package(normal(name), version) for name, version in _LINE.findall(lock.read_text())}
    )


def normal(name: str) -> str:
    """Return a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class Vendored:
    """A browser library that lies in the repository."""

    name: str
    version: str
    file: str
    sha256: str

    @property
    def purl(self) -> str:
        return f"pkg:npm/{self.name.replace('@', '%40')}@{self.version}"


def vendored() -> list[Vendored]:
    """List the files of vendor.lock that browsers load."""
    lock = ROOT / "checkout_service" / "static" / "vendor" / "vendor.lock"
    rows = [line.split() for line in lock.read_text().splitlines() if not line.startswith("#")]
    found = []
    for sha256, file, package, _ in rows:
        name, _, version = package.rpartition("@")
        if file.endswith((".js", ".css")):
            found.append(Vendored(name, version, file, sha256))
    return found
