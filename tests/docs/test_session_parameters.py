"""The page of Stripe's 51 parameters says of each what the product does with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checkout_service.domain.session.refused import OF_ONE_ORDER, OURS, UNGUARDED
from checkout_service.domain.session.shapes import parameters
from tests.support.processes import ROOT

PAGE = (ROOT / "docs" / "merchant" / "session-parameters.md").read_text("utf-8")


def rows() -> Iterator[str]:
    """Write the table's rows as the product has them."""
    for name in sorted({*parameters(), "expand"}):
        if name == "expand":
            yield "| `expand` | ours: what is shown in Stripe's answer is read by the service |"
        elif name in OURS:
            yield f"| `{name}` | ours: {OURS[name]} |"
        elif name in UNGUARDED:
            yield f"| `{name}` | refused: {UNGUARDED[name]} |"
        elif name in OF_ONE_ORDER:
            why = OF_ONE_ORDER[name]
            yield f"| `{name}` | passed with an order; in the catalog refused: {why} |"
        else:
            yield f"| `{name}` | passed |"


def parts() -> Iterator[str]:
    """Write the rows of what is refused inside a parameter that passes."""
    for path, why in sorted({**OURS, **UNGUARDED}.items()):
        if "." in path:
            yield f"| `{path}` | {why} |"
    for path, why in sorted(OF_ONE_ORDER.items()):
        if "." in path:
            yield f"| `{path}` | in the catalog: {why} |"


@pytest.mark.parametrize("row", [*rows(), *parts()])
def test_every_parameter_is_told_of(row: str) -> None:
    assert f"\n{row}\n" in PAGE


def test_the_page_tells_of_nothing_else() -> None:
    told = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(list(rows())) == 51
    assert len(told) == len([*rows(), *parts()])
