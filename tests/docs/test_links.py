"""Links between documents lead to a file, and to a heading of it, by the name GitHub gives it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.processes import ROOT

OUTSIDE = [*ROOT.glob("*.md"), ROOT / "stripe_sandbox" / "README.md"]
DOCUMENTS = [*sorted(OUTSIDE), *sorted((ROOT / "docs").rglob("*.md"))]
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")


def prose_of(document: Path) -> str:
    """Return the text without its code, in which nothing is a link or a heading."""
    return _CODE.sub(lambda code: re.sub(r"[^\w\s-]", "", code[0]), document.read_text("utf-8"))


def anchors_of(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose_of(document), re.MULTILINE)
    found = set[str]()
    for heading in headings:
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        twins = sum(one == name or re.fullmatch(rf"{name}-\d+", one) is not None for one in found)
        found.add(f"{name}-{twins}" if twins else name)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for target, anchor in _LINK.findall(prose_of(document)):
        there = document.parent / target if target else document

        assert there.exists(), target
        assert not anchor or anchor in anchors_of(there), f"{target}#{anchor}"


def test_a_link_with_an_anchor_is_among_those_checked() -> None:
    assert any(anchor for path in DOCUMENTS for _, anchor in _LINK.findall(prose_of(path)))
