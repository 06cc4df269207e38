"""The charts of the documents show the figures that stand beside them."""

from __future__ import annotations

from bench.charts import FOLDER, charts


def test_each_chart_is_drawn_from_the_figures() -> None:
    drawn = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.svg")}

    assert drawn == charts()
