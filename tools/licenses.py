"""Name the licence of all that the product is made of: `python -m tools.licenses` writes the page.

A package says its licence in one of three places; what it says is turned into SPDX's words. What
cannot be is an error: a licence that nobody read is no licence.
"""

from __future__ import annotations

import re
import sys

from tools.lock import ROOT, Package, packages, vendored

PAGE = ROOT / "docs" / "developers" / "licenses.md"

# Others may be as good; somebody must read them before they are added.
ALLOWED = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0",
    "PSF-2.0", "Unlicense",
}  # fmt: skip
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
# Lines of the lock for other systems and older Pythons: not here to be asked.
_ELSEWHERE = {"async-timeout": "Apache-2.0", "colorama": "BSD-3-Clause", "tzdata": "Apache-2.0"}
_VENDORED = {"@picocss/pico": "MIT", "chart.js": "MIT", "swagger-ui-dist": "Apache-2.0"}


class UnknownLicense(Exception):
    """A licence is missing or was never read by anybody here."""


def license_of(package: Package) -> str:
    """Return a package's licence as SPDX writes it. Raises UnknownLicense."""
    found = _said_by(package) or _ELSEWHERE.get(package.name, "")
    parts = set(re.split(r" (?:OR|AND) ", found))
    if not parts <= ALLOWED:
        raise UnknownLicense(f"{package.name} {package.version}: {found or 'says nothing'}")
    return found


def _said_by(package: Package) -> str:
    installed = package.installed
    if installed is None:
        return ""
    said = installed.metadata
    if "License-Expression" in said:
        return str(said["License-Expression"])
    for classifier in said.get_all("Classifier", []):
        if classifier.startswith("License :: ") and (name := classifier.split(" :: ")[-1]):
            return _CLASSIFIERS.get(str(name), str(name))
    return str(said["License"] or "").strip() if "License" in said else ""


def page() -> str:
    """Write the page; versions are the lock's matter."""
    rows = sorted({(package.name, license_of(package)) for package in packages()})
    browser = sorted({(one.name, _VENDORED[one.name]) for one in vendored()})
    return "\n".join([
        "# Licences",
        "",
        "The service is under the [MIT licence](../../LICENSE). It stands on what this page lists,",
        "written by `make licenses` from the lock and from what each package says of itself.",
        "",
        "psycopg is under the LGPL: it is installed unchanged, as a library of its own, and asks",
        "that it can be replaced and that its licence goes along when you hand an image on.",
        "",
        "## Python packages",
        "",
        *_table(rows),
        "",
        "## Browser libraries, in `checkout_service/static/vendor`",
        "",
        *_table(browser),
        "",
        "The forms of postal addresses, `checkout_service/domain/postal_forms.json`, are Google's",
        "address metadata (Apache-2.0).",
        "",
    ])  # fmt: skip


def _table(rows: list[tuple[str, str]]) -> list[str]:
    return ["| name | licence |", "|---|---|", *(f"| {name} | {said} |" for name, said in rows)]


if __name__ == "__main__":
    try:
        PAGE.write_text(page(), "utf-8")
    except UnknownLicense as unknown:
        sys.exit(f"Unknown licence: {unknown}. Read it, then add it to tools/licenses.py.")
    print(f"Wrote {PAGE.relative_to(ROOT)}")
