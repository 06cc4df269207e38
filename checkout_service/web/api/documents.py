"""What the models of the API's answers are made of, and how one is made of a view."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model


class Document(BaseModel):
    """Is put together when the OpenAPI document is asked for."""

    model_config = ConfigDict(defer_build=True)


def documented(view: type, base: type[BaseModel] = Document) -> Any:
    """Make a model of the fields that a view has beyond its base's: each is always there."""
    types = get_type_hints(view)
    added = {
        f.name: (_modelled(types[f.name]), ...)
        for f in fields(view)
        if f.name not in base.model_fields
    }
    return create_model(view.__name__, __base__=base, __doc__=view.__doc__, **added)  # type: ignore[call-overload]


def _modelled(kind: Any) -> Any:
    """Put a model in the place of each view in a type, however deep."""
    if isinstance(kind, type) and is_dataclass(kind):
        return _part(kind)
    inside = tuple(map(_modelled, get_args(kind)))
    if not inside:
        return kind
    return reduce(or_, inside) if isinstance(kind, UnionType) else get_origin(kind)[inside]


@cache
def _part(view: type) -> Any:
    return documented(view)
