"""`expand[]` puts objects in the place of their ids, where Stripe lets it.

The table is read from the SDK of the pinned version, as that of the parameters is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import included
from .errors import invalid
from .store import Json
from .unmodelled import not_modelled

_TABLE: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("expandable.json").read_text("utf-8")
)
_DEPTH = 4
# Finds what a field of an object stands for, by its path and what is there now.
Resolve = Callable[[Json, str, Any], Any]


def expand(thing: Json, paths: object, resolve: Resolve) -> Json:
    """Expand these paths of an answer. Raises ApiError."""
    if not isinstance(paths, list):
        raise invalid("expand", "Invalid array")
    for place, path in enumerate(paths):
        if not isinstance(path, str):
            raise invalid(f"expand[{place}]", "Invalid string")
        steps = path.split(".")
        if len(steps) > _DEPTH:
            raise invalid("expand", "You cannot expand more than 4 levels of a property.")
        if thing.get("object") == "list" and (steps[0] != "data" or len(steps) == 1):
            raise _of_list(path)
        _Path(path, resolve).walk(thing, steps, thing, "")
    return thing


def _of_list(path: str) -> Exception:
    """Say that a list itself has nothing to expand: what stands in it has."""
    hint = "" if path == "data" else f" You may want to try expanding 'data.{path}' instead."
    return invalid("expand", f"This property cannot be expanded ({path}).{hint}")


class _Path:
    """One path, on its way through the objects of an answer."""

    def __init__(self, text: str, resolve: Resolve) -> None:
        self._text = text
        self._resolve = resolve

    def walk(self, node: Any, steps: list[str], owner: Json, at: str) -> None:
        """Go one step further; `owner` is the object we are in, `at` where in it."""
        if isinstance(node, list):
            for item in node:
                self.walk(item, steps, owner, at)
        if not steps or not isinstance(node, dict):
            return
        if isinstance(node.get("object"), str):
            owner, at = node, ""
        field, *rest = steps
        here = f"{at}.{field}" if at else field
        found = node.get(field)
        if isinstance(found, list) and here in _known(owner):
            node[field] = found = [self._resolve(owner, here, one) or one for one in found]
        elif not isinstance(found, dict | list):
            found = self._expanded(node, field, owner, here)
        elif not rest and here not in _known(owner) and not _is_object(found):
            raise self._refusal()
        self.walk(found, rest, owner, here)

    def _expanded(self, node: Json, field: str, owner: Json, here: str) -> Any:
        known = _known(owner)
        if here not in known and not any(path.startswith(f"{here}.") for path in known):
            raise self._refusal()
        found = self._resolve(owner, here, node.get(field))
        if found is not None:
            node[field] = found
        elif field not in node and not included.is_nothing(node, field):
            raise not_modelled(f"expand[{self._text}]")
        return found

    def _refusal(self) -> Exception:
        return invalid("expand", f"This property cannot be expanded ({self._text}).")


def _known(owner: Json) -> list[str]:
    """Return what of an object may be expanded."""
    return _TABLE.get(str(owner.get("object")), ["data"])


def _is_object(found: Any) -> bool:
    return isinstance(found, list) or "object" in found
