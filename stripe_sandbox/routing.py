"""What a route is made of: a method, a path, and who answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import lists
from .store import Json
from .world import Call

Handler = Callable[..., Json]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: re.Pattern[str]
    handler: Handler
    name: str  # as the table of parameters has it


def route(method: str, path: str, handler: Handler) -> Route:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    name = re.sub(r"\{\w+\}", "{name}", path)
    return Route(method, re.compile(pattern), handler, f"{method} {name}")


def get(kind: str) -> Handler:
    return lambda call, name: call.world.need(name, kind)


def on(kind: str, act: Callable[[Call, Json], Json]) -> Handler:
    return lambda call, name: act(call, call.world.need(name, kind))


def of(kind: str, url: str, *fields: str) -> Handler:
    return lambda call: lists.page(call, kind, url, fields=fields)
