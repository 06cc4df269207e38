"""What a merchant hands through to Stripe's page beside what this service says itself."""

from .passing import Session, adjustable_by, faults_of, fitting, is_managed, unfit

__all__ = ["Session", "adjustable_by", "faults_of", "fitting", "is_managed", "unfit"]
