"""The fields of the catalog file's tables. What is wrong is noted, and reading goes on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from checkout_service.domain.addresses import is_safe
from checkout_service.domain.texts import LONGEST, why_unreadable

TAX_BEHAVIORS = ("exclusive", "inclusive")


def unknown_keys(
    item: Mapping[str, object], known: Collection[str], where: str, faults: list[str]
) -> None:
    """Name what the table holds and nobody reads: most are known words, spelt in another way."""
    for key in sorted(item.keys() - set(known)):
        near = get_close_matches(key, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
        faults.append(f"{where}.{key}: there is no such key; {hint}".lstrip("."))


def one_of(
    item: Mapping[str, object], key: str, words: tuple[str, ...], where: str, faults: list[str]
) -> str | None:
    value = item.get(key)
    if value is None or value in words:
        return value if isinstance(value, str) else None
    faults.append(f"{where}.{key}: one of {', '.join(words)}")
    return None


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


def short_text_of(
    item: Mapping[str, object], key: str, where: str, faults: list[str], *, longest: int
) -> str | None:
    """Read a text that may be missing, of so many characters at most."""
    value = item.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        faults.append(f"{where}.{key}: a text of 1 to {longest} characters is needed")
        return None
    if why := why_unreadable(value.replace("\n", " ")[:LONGEST]):
        faults.append(f"{where}.{key}: {why}")
    return value


def address_of(item: Mapping[str, object], key: str, where: str, faults: list[str]) -> str | None:
    """Read a web address that may be missing."""
    value = item.get(key)
    return None if value is None else _address(value, f"{where}.{key}", faults)


def addresses_of(
    item: Mapping[str, object], key: str, where: str, faults: list[str], *, most: int
) -> tuple[str, ...]:
    """Read a list of web addresses, of so many at most."""
    value = item.get(key, [])
    if not isinstance(value, list) or len(value) > most:
        faults.append(f"{where}.{key}: a list of {most} addresses at most is needed")
        return ()
    return tuple(_address(one, f"{where}.{key}", faults) for one in value)


def _address(value: object, where: str, faults: list[str]) -> str:
    if not isinstance(value, str) or not is_safe(value):
        faults.append(f"{where}: an address such as https://shop.example/ is needed")
        return ""
    return value
