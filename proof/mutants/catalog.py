"""All mutants, those of facts and orders first, those of machines after them."""

from __future__ import annotations

from .facts import FACTS
from .kinds import Mutant, Patch
from .machines import MACHINES
from .money import MONEY

MUTANTS: dict[str, Mutant] = {one.name: one for one in (*FACTS, *MONEY, *MACHINES)}

__all__ = ["MUTANTS", "Mutant", "Patch"]
