"""What a merchant hands through to Stripe's page beside what this service says itself."""

from .passing import Session, adjustable_by, faults_of, fitting, is_managed, laid_over, unfit
from .ui_modes import (
    ELEMENTS,
    EMBEDDED,
    FORM,
    HOSTED,
    NEVER,
    REPRICED,
    drawable,
    undrawable,
)

__all__ = [
    "ELEMENTS",
    "EMBEDDED",
    "FORM",
    "HOSTED",
    "NEVER",
    "REPRICED",
    "Session",
    "adjustable_by",
    "drawable",
    "faults_of",
    "fitting",
    "is_managed",
    "laid_over",
    "undrawable",
    "unfit",
]
