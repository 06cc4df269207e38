"""Write a bill of materials (CycloneDX 1.6, JSON): `python -m tools.sbom > sbom.json`.

It tells what is installed in production, from the lock, and the browser libraries that lie in the
repository; not the tools of the tests. Two runs on one lock give the same bytes.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from tools.licenses import license_of
from tools.lock import ROOT, Package, normal, packages, vendored

_REQUIRED = re.compile(r"^[\w.-]+")


def bill() -> dict[str, Any]:
    """Build the document."""
    product = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = packages()
    own = f"pkg:pypi/{product['name']}@{product['version']}"
    direct = _direct(locked)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": product["name"],
                "version": product["version"],
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [*map(_component, locked), *_browser()],
        "dependencies": [
            {"ref": own, "dependsOn": [one.purl for one in direct]},
            *({"ref": one.purl, "dependsOn": _needs(one, locked)} for one in locked),
        ],
    }


def _component(package: Package) -> dict[str, Any]:
    said = license_of(package)
    return {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "licenses": [{"expression": said} if " " in said else {"license": {"id": said}}],
    }


def _browser() -> list[dict[str, Any]]:
    return [
        {
            "type": "library",
            "bom-ref": f"{one.purl}#{one.file}",
            "name": one.name,
            "version": one.version,
            "purl": one.purl,
            "hashes": [{"alg": "SHA-256", "content": one.sha256}],
        }
        for one in vendored()
    ]


def _direct(locked: list[Package]) -> list[Package]:
    wanted = (ROOT / "requirements.in").read_text("utf-8")
    names = {normal(name) for name in re.findall(r"^([\w.-]+)", wanted, re.MULTILINE)}
    return [one for one in locked if one.name in names]


def _needs(package: Package, locked: list[Package]) -> list[str]:
    installed = package.installed
    wanted = (installed.requires or []) if installed else []
    names = {normal(found[0]) for one in wanted if (found := _REQUIRED.match(one))}
    return [one.purl for one in locked if one.name in names]


if __name__ == "__main__":
    print(json.dumps(bill(), indent=2))
