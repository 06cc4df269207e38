"""The card as one HTML file that needs nothing from elsewhere: no script, no font, no picture."""

from __future__ import annotations

from html import escape

from .badge import badge
from .card import HINT, RULE, Card
from .runner import Outcome, Result

_CLASSES = {Outcome.HELD: "held", Outcome.FAILED: "failed", Outcome.NOT_TRIED: "left"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #fff; --soft: #59636e; --line: #d1d9e0;
  --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9198a1;
  --line: #3d444d; --good: #3fb950; --bad: #ff7b72; } }
body { margin: 0; color: var(--ink); background: var(--paper); }
body { font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; } a { color: inherit; }
.grade { font-size: 3.5rem; line-height: 1; font-weight: 700; margin: .5rem 0; }
.soft, small { color: var(--soft); } svg { max-width: 100%; height: auto; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); padding: .6rem 0; overflow-wrap: anywhere; }
li b { display: inline-block; min-width: 5.2em; } .held b { color: var(--good); }
.failed b { color: var(--bad); } .left b, .left { color: var(--soft); }
li p { margin: .15rem 0 0; font-size: .9rem; }
"""


def as_page(card: Card) -> str:
    """Write the whole card as a page."""
    subjects = "".join(_subject(title, results) for title, results in card.by_subject())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stripe report card: {escape(card.grade)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Stripe report card</h1>
<p>{escape(card.target)}<br><span class="soft">{escape(card.at)}</span></p>
{_grade(card)}
<p>{badge(card)}</p>
<p><small>{escape(RULE)}</small></p>
{subjects}</main>
</body>
</html>
"""


def _grade(card: Card) -> str:
    if not card.is_graded:
        return f"<p>{escape(HINT)}</p>"
    held, failed, left = (len(card.those(outcome)) for outcome in Outcome)
    return f"""<p class="grade" aria-label="Grade {card.grade}">{card.grade}</p>
<p>{held} held, {failed} failed, {left} not tried; {card.share:.0%} of the weight of what was
tried.</p>"""


def _subject(title: str, results: list[Result]) -> str:
    rows = "".join(_row(result) for result in results)
    return f"<h2>{escape(title)}</h2>\n<ul>\n{rows}</ul>\n"


def _row(result: Result) -> str:
    elsewhere, case = "", result.trial.case
    if result.outcome is Outcome.FAILED and case:
        link = f'<a href="{escape(case.url)}">{escape(case.name)}</a>'
        elsewhere = f"<p>Seen elsewhere: {link}, {escape(case.told)}</p>"
    return (
        f'<li class="{_CLASSES[result.outcome]}"><b>{result.outcome}</b> '
        f"{escape(result.trial.promise)}<p>{escape(result.seen)}</p>{elsewhere}</li>\n"
    )
