"""Planted faults: one line of the product changed in memory, which the oracle must find.

A mutant that is told 2,000 stories and lives is a hole in the oracle.
"""

from __future__ import annotations

from .catalog import MUTANTS, SHOWN_BY, Mutant, Patch

__all__ = ["MUTANTS", "SHOWN_BY", "Mutant", "Patch"]
