"""List what native readers should check: `python -m tools.native_readers` writes the page.

A doubt stands beside the translation itself, as a comment that begins with "Check:" in its .po
file; whoever knows removes it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages import Message
from babel.messages.pofile import read_po

from tools.lock import ROOT

PAGE = ROOT / "docs" / "developers" / "native-readers.md"
WORDS = ROOT / "checkout_service" / "translations"
_DOUBT = "Check: "


def page() -> str:
    """Write the page, a table a language."""
    return "\n".join([
        "# For native readers",
        "",
        "What the buyer's pages say in each language, where its translator was least sure. If you",
        "grew up with one of them: does a good shop in your country say it like this?",
        "[Languages](translating.md) tells how to mend a translation; take the `Check:` comment",
        "away with it. `make messages` writes this page.",
        *(line for folder in sorted(WORDS.iterdir()) for line in _section(folder)),
        "",
    ])  # fmt: skip


def _section(folder: Path) -> Iterator[str]:
    with (folder / "LC_MESSAGES" / "messages.po").open("rb") as file:
        doubts = [message for message in read_po(file, locale=folder.name) if _doubt(message)]
    if doubts:
        yield from ("", f"## {Locale(folder.name).english_name}", "")
        yield from ("| English | translated | to look at |", "|---|---|---|")
        yield from (
            f"| {_said(message.id)} | {_said(message.string)} | {_doubt(message)} |"
            for message in doubts
        )


def _doubt(message: Message) -> str:
    comment = " ".join(message.user_comments)
    return comment.removeprefix(_DOUBT) if comment.startswith(_DOUBT) else ""


def _said(text: str | tuple[str, ...] | list[str] | None) -> str:
    return text if isinstance(text, str) else " / ".join(text or ())


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}")
