"""What a buyer may change on the page before paying: a promotion code, and what is bought."""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from . import choosing, discounts, hosted_form
from .here import call, world
from .store import Json


def _apply_code(session: Json) -> None:
    discounts.apply(call(), session, request.form.get("code", ""))


def _choose(session: Json) -> None:
    choosing.choose(call(), session, hosted_form.chosen(session, request.form))
    world().store.put(session)


CHANGES: dict[str, Callable[[Json], None]] = {"promotion": _apply_code, "items": _choose}
