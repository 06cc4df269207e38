"""Lay the pictures of `make album` out on one page, `index.html` beside them: a row a page."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from html import escape
from pathlib import Path

# What a picture's name ends with: the reader's language, the colour scheme, the width in pixels.
_NAME = re.compile(r"(?P<page>.+)-(?P<look>(?:en|de|ja|ar)-(?:light|dark|print)-\d+)\.png")
_HEAD = """<!doctype html><meta charset="utf-8"><title>Album</title><style>
body { font-family: system-ui; margin: 1rem; background: #888 }
section { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start }
img { max-height: 46rem } figure { margin: 0 }</style>"""


def sheet(folder: Path) -> str:
    """Write the page: every picture under the name of what it shows."""
    pages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for picture in sorted(folder.glob("*.png")):
        if found := _NAME.fullmatch(picture.name):
            pages[found["page"]].append((found["look"], picture.name))
    rows = [_HEAD]
    for page, pictures in sorted(pages.items()):
        shown = "".join(
            f'<figure><img loading="lazy" src="{escape(name)}" alt=""><figcaption>{look}'
            "</figcaption></figure>"
            for look, name in pictures
        )
        rows.append(f"<h2>{escape(page)}</h2><section>{shown}</section>")
    return "\n".join(rows)


def main(folder: Path) -> None:
    """Write the page, and say where it is."""
    place = folder / "index.html"
    place.write_text(sheet(folder), "utf-8")
    print(f"Look at {place}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
