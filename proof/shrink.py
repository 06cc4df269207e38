"""Find the shortest story that still breaks the same law: moves go, then what comes in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .story import Move, Story

Breaks = Callable[[Story], bool]
_MOST_TRIES = 400


def shrink(story: Story, breaks: Breaks) -> Story:
    """Take out whatever is not needed for `breaks` to stay true of the story."""
    tries = 0

    def still(shorter: Story) -> bool:
        nonlocal tries
        tries += 1
        return tries <= _MOST_TRIES and breaks(shorter)

    before = None
    while before != story:
        before = story
        story = _without_moves(story, still)
        story = _simpler(story, still)
    return story


def _without_moves(story: Story, still: Breaks) -> Story:
    """Delta debugging: take out halves, quarters, ... single moves."""
    size = max(1, len(story.moves) // 2)
    while True:
        at = 0
        while at < len(story.moves):
            shorter = story.without(set(range(at, at + size)))
            if still(shorter):
                story = shorter
            else:
                at += size
        if size == 1:
            return story
        size //= 2


def _simpler(story: Story, still: Breaks) -> Story:
    for at in range(len(story.moves)):
        for simpler in _simpler_moves(story.moves[at]):
            moves = (*story.moves[:at], simpler, *story.moves[at + 1 :])
            tried = replace(story, moves=moves)
            if still(tried):
                story = tried
                break
    for plain in (
        replace(story, patient=False),
        replace(story, links=False),
        replace(story, gap=0),
    ):
        if plain != story and still(plain):
            story = plain
    return story


def _simpler_moves(move: Move) -> list[Move]:
    """List simpler ways to make a move: nothing in between, the first replica, less time."""
    found = [
        replace(move, during=move.during[:n] + move.during[n + 1 :])
        for n in range(len(move.during))
    ]
    if move.during:
        found.insert(0, replace(move, during=()))
    if move.by:
        found.append(replace(move, by=0))
    found += [replace(move, n=n) for n in (0, move.n % 5, move.n % 35) if n != move.n]
    if move.who:
        found.append(replace(move, who=0))
    if move.seconds > 1:
        found += [replace(move, seconds=s) for s in (1, move.seconds // 10) if s != move.seconds]
    return found
