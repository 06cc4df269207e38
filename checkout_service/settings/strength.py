"""What guards a live shop is long, and nobody has read it in this repository."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST, SHORTEST_PASSWORD = 16, 12  # characters

# A webhook secret that stands in until there is an endpoint. It verifies nothing.
LATER = "whsec_later"

# What code, examples and tests show to the world, as far as it is long enough to be taken.
PUBLISHED = frozenset(
    (
        "for-development-only",
        "for-development-only-0123456789abcdef",
        "development-api-key",
        "tests-only-0123456789abcdef0123456789",
        "key-of-the-merchants-backend",
        "tests-merchant-key",
        "tests-api-key",
        "tests-admin-password",
        "correct horse battery staple",
        "tests-metrics-token",
        "whsec_sandbox",
        "whsec_tests",
        "whsec_Zm9yLWRldmVsb3BtZW50LW9ubHktMDEyMzQ1Njc4OQ==",
    )
)
_MAKE_ONE = "make one with python3 -c 'import secrets; print(secrets.token_hex())'"


def demand_secret(values: Iterable[str], *, shortest: int = SHORTEST) -> None:
    """Check what is to stay secret in a live shop. Raises ValueError."""
    for value in values:
        if len(value) < shortest:
            raise ValueError(f"needs {shortest} characters with a live key: {_MAKE_ONE}")
    refuse_published(values)


def refuse_published(values: Iterable[str]) -> None:
    """Refuse what anybody can read in this repository. Raises ValueError."""
    if not PUBLISHED.isdisjoint(value.strip() for value in values):
        raise ValueError(f"is published with this software; {_MAKE_ONE}")
