"""The threat table of SECURITY.md names tests that there are, one at least for each row."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import ROOT

_TABLE = (ROOT / "SECURITY.md").read_text("utf-8").split("## What it defends against")[1]
ROWS = [row for row in _TABLE.splitlines() if row.startswith("| ") and "| demanded |" not in row]
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:60])
def test_each_row_of_the_threat_table_names_tests_that_there_are(row: str) -> None:
    _, _, _, shown_by, _ = row.split("|")
    named = _TEST.findall(shown_by)
    assert named
    assert not _TEST.sub("", shown_by).strip(" ,")
    for path, name in named:
        text = (ROOT / path).read_text("utf-8")
        assert re.search(rf"^def {name or 'test_'}", text, re.MULTILINE), (path, name)


def test_the_table_has_the_three_sources_and_a_good_many_rows() -> None:
    assert len(ROWS) > 30
    assert all(source in _TABLE for source in ("OWASP ASVS 5.0", "SAQ A", "Stripe"))
