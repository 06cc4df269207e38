"""A plan of faults as it is sent to the control route: checked whole before any of it counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError, invalid
from .store import Json

KINDS = (
    "error_500", "rate_limit", "timeout", "reset", "commit_then_reset", "commit_then_500",
    "stale_list",
)  # fmt: skip
_METHODS = ("DELETE", "GET", "POST")
_MOST_SECONDS = 60.0
_A_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class ApiFault:
    """What may go wrong with calls of a method under a path.

    `seconds` belongs to `stale_list`: how long a list under the path misses what is new.
    """

    kind: str
    method: str | None
    path: str
    probability: float
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WebhookFaults:
    """`duplicate` and `twin` count extra copies; delays are in seconds."""

    drop: float = 0.0
    duplicate: int = 0
    twin: int = 0
    shuffle: bool = False
    delay: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Alteration:
    """Fields that objects under a path show differently; names may be dotted."""

    path: str
    fields: Json


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int = 0
    latency: float = 0.0
    api: tuple[ApiFault, ...] = ()
    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    alter: tuple[Alteration, ...] = ()
    per_second: int | None = None


def read(body: Json) -> Plan:
    """Read a plan. Raises ApiError for what makes no sense."""
    _only(body, "seed latency_ms api webhooks alter rate_limit_per_second", "faults")
    alter = body.get("alter", [])
    alter = [alter] if isinstance(alter, dict) else alter
    limit = body.get("rate_limit_per_second")
    return Plan(
        seed=_whole(body, "seed", 10**9),
        latency=_number(body, "latency_ms", 0, _MOST_SECONDS * 1000) / 1000,
        api=tuple(_api(rule) for rule in _tables(body.get("api", []), "api")),
        webhooks=_webhooks(body.get("webhooks", {})),
        alter=tuple(_alteration(rule) for rule in _tables(alter, "alter")),
        per_second=None if limit is None else _whole(body, "rate_limit_per_second", 10**9),
    )


def _api(rule: Json) -> ApiFault:
    _only(rule, "method path kind probability seconds", "api")
    if rule.get("kind") not in KINDS:
        raise invalid("api", f"kind must be one of {', '.join(KINDS)}")
    method = rule.get("method")
    stale = rule["kind"] == "stale_list"
    if stale is not ("seconds" in rule):
        raise invalid("seconds", "seconds belongs to stale_list, and stale_list needs it")
    if stale and method not in (None, "GET"):
        raise invalid("method", "stale_list is for GET")
    return ApiFault(
        rule["kind"],
        _method(rule) if method is not None else None,
        _path(rule, "/"),
        _number(rule, "probability", 1, 1),
        _number(rule, "seconds", 0, _A_YEAR),
    )


def _webhooks(given: Any) -> WebhookFaults:
    if not isinstance(given, dict):
        raise invalid("webhooks", "webhooks is an object")
    _only(given, "drop duplicate twin shuffle delay_ms", "webhooks")
    delay = given.get("delay_ms", [0, 0])
    if not isinstance(delay, list) or len(delay) != 2:  # noqa: PLR2004
        raise invalid("delay_ms", "delay_ms is a least and a most, in milliseconds")
    low, high = (_number({"delay_ms": ms}, "delay_ms", 0) / 1000 for ms in delay)
    if low > high:
        raise invalid("delay_ms", "the least of delay_ms is above the most")
    shuffle = given.get("shuffle", False)
    if not isinstance(shuffle, bool):
        raise invalid("shuffle", "shuffle is true or false")
    return WebhookFaults(
        drop=_number(given, "drop", 0, 1),
        duplicate=_whole(given, "duplicate", 100),
        twin=_whole(given, "twin", 100),
        shuffle=shuffle,
        delay=(low, high),
    )


def _alteration(rule: Json) -> Alteration:
    _only(rule, "path fields", "alter")
    if not isinstance(rule.get("fields"), dict):
        raise invalid("alter", "fields is an object")
    return Alteration(_path(rule, ""), rule["fields"])


def _method(rule: Json) -> str:
    method = _text(rule, "method", "").upper()
    if method not in _METHODS:
        raise invalid("method", f"method is one of {', '.join(_METHODS)}")
    return method


def _path(rule: Json, default: str) -> str:
    path = _text(rule, "path", default)
    if "path" in rule and not path.startswith("/"):
        raise invalid("path", "path is the beginning of an address: /v1/...")
    return path


def _only(given: Json, names: str, where: str) -> None:
    surplus = set(given) - set(names.split())
    if surplus:
        raise ApiError(f"{where}: unknown {', '.join(sorted(surplus))}", code="parameter_unknown")


def _tables(given: Any, name: str) -> list[Json]:
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise invalid(name, f"{name} is a list of objects")
    return given


def _text(given: Json, name: str, default: str) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise invalid(name, f"{name} is a text")
    return value


def _whole(given: Json, name: str, most: int) -> int:
    value = _number(given, name, 0, most)
    if not value.is_integer():
        raise invalid(name, f"{name} is a whole number")
    return int(value)


def _number(given: Json, name: str, default: float, most: float = 1e9) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise invalid(name, f"{name} is a number from 0 to {most:g}")
    return float(value)
