"""All mutants, those of facts and orders first, those of machines after them."""

from __future__ import annotations

from .facts import FACTS
from .kinds import Mutant, Patch
from .machines import MACHINES
from .money import MONEY

MUTANTS: dict[str, Mutant] = {one.name: one for one in (*FACTS, *MONEY, *MACHINES)}

# A story that showed the mutant last time. `fast` tells it first, and goes on from the first seed
# if the dice have changed since.
SHOWN_BY: dict[str, int] = {}

__all__ = ["MUTANTS", "SHOWN_BY", "Mutant", "Patch"]
