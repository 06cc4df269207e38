"""The fields of the catalog file's tables. What is wrong is noted, and reading goes on."""

from __future__ import annotations

from collections.abc import Mapping

from checkout_service.domain.texts import why_unreadable


def tables_of(data: Mapping[str, object], key: str, faults: list[str]) -> list[dict[str, object]]:
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        faults.append(f"{key}: must be a list of tables ([[{key}]])")
        return []
    return tables


def text_of(item: Mapping[str, object], key: str, faults: list[str], default: str | None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str) or not (value or default == ""):
        faults.append(f"{item.get('id', '?')}.{key}: a text is needed")
        return ""
    return value


def name_of(item: Mapping[str, object], faults: list[str]) -> str:
    """Read a name that Stripe is told: it must come back as it was given."""
    name = text_of(item, "name", faults, None)
    if why := why_unreadable(name):
        faults.append(f"{item.get('id', '?')}.name: {why}")
    return name


def number_of(item: Mapping[str, object], key: str, faults: list[str], default: int) -> int:
    value = item.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        faults.append(f"{item.get('id', '?')}.{key}: a whole number from 1 is needed")
        return default
    return value
