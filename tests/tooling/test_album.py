"""The page that `make album` lays its pictures out on."""

from __future__ import annotations

from pathlib import Path

from tools.album import sheet


def test_pictures_of_one_page_stand_in_one_row_and_other_files_in_none(tmp_path: Path) -> None:
    for name in (
        "order-held-ar-dark-360", "order-held-de-light-1280", "order-held-unpaid-en-light-360",
        "order-shipped-ja-print-794", "taken-by-hand",
    ):  # fmt: skip
        (tmp_path / f"{name}.png").touch()

    rows = sheet(tmp_path).split("<h2>")[1:]

    assert [row.partition("<")[0] for row in rows] == [
        "order-held",
        "order-held-unpaid",
        "order-shipped",
    ]
    assert rows[0].count("<img") == 2
    assert "taken-by-hand" not in "".join(rows)
