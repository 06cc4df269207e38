"""Somebody without a mouse: what can be reached is reached by Tab, what is pressed by Enter."""

from __future__ import annotations

from playwright.sync_api import Page

_FAR = 80  # presses after which nobody goes on


class Keyboard:
    """The keys of one page; `presses` counts those that only look for the way."""

    def __init__(self, page: Page) -> None:
        self._page, self.presses = page, 0

    def tab_to(self, css: str) -> None:
        """Walk by Tab until what has the focus is this."""
        for _ in range(_FAR):
            self.press("Tab")
            if self._page.evaluate("css => document.activeElement.matches(css)", css):
                return
        raise AssertionError(f"{css} is not reached by keyboard")

    def press(self, key: str) -> None:
        self._page.keyboard.press(key)
        self.presses += 1

    def types(self, text: str) -> None:
        self._page.keyboard.type(text)
