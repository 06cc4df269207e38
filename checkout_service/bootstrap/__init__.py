"""The whole product, put together: every part named once, each made when it is first needed."""

from __future__ import annotations

from .parts import Parts, build_use_cases

__all__ = ["Parts", "build_use_cases"]
