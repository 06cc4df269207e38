"""Pictures of every page in every state: each language, both colour schemes, a phone and a desk.

Whatever is pictured fits, speaks its reader's language, is clean for axe and complains of nothing.
`make album` takes all of them; without a camera a test looks at each page once, on a phone
and in the language that is hardest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response
from playwright.sync_api import Browser, Page, Route, expect

from checkout_service.web.http import order_cookie
from tests.support.browser import Complaints, Snap

LANGUAGES = ("en", "de", "ja", "ar")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS, NARROWEST, HEIGHT = (360, 1280), 320, 740
# No word may stick out of its box: a page that scrolls is only the worst case.
STICKING_OUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((one) => !one.closest(".unseen, .skip, .scroll, .plot, .admin-nav"))
  .filter((one) => !one.closest("svg, select, input, pre") && one.checkVisibility())
  .filter((one) => {
    const box = one.getBoundingClientRect();
    return box.left < -0.5 || box.right > innerWidth + 0.5 || one.scrollWidth > one.clientWidth + 1
      && getComputedStyle(one).display !== "inline";
  }).map((one) => one.outerHTML.slice(0, 120))"""
# A finger needs 24 px at least (WCAG 2.5.8), unless the link stands in a sentence.
TOO_SMALL = """() => [...document.querySelectorAll("button, select, input, .button")]
  .filter((one) => !one.closest(".unseen") && one.checkVisibility())
  .filter((one) => one.getBoundingClientRect().height < 24 && !one.matches("[type=radio]"))
  .map((one) => one.outerHTML.slice(0, 120))"""
PAPER = "getComputedStyle(document.documentElement).backgroundColor"
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><rect width="40" height="30" '
    'fill="#d9c7a0"/><circle cx="20" cy="15" r="9" fill="#7a1020"/></svg>'
)


class Album:
    """A browser for each language; `shows` opens a page in each and takes its pictures."""

    def __init__(
        self, pages: dict[str, Page], snap: Snap, complaints: Complaints, *, whole: bool
    ) -> None:
        self.pages, self.complaints = pages, complaints
        self._snap, self._whole, self._axe = snap, whole, Axe()

    def shows(
        self,
        name: str,
        url: str,
        *,
        cookies: Sequence[Any] = (),
        ready: str = "main",
        then: Callable[[Page], object] | None = None,
    ) -> None:
        """Open a page as somebody with these cookies, do `then` something on it, and look."""
        for language, page in self.pages.items():
            page.context.clear_cookies()
            page.context.add_cookies(list(cookies))
            page.goto(url)
            page.locator(ready).first.wait_for()
            if then:
                then(page)
                page.locator(ready).first.wait_for()
            self.looks(page, f"{name}-{language}", language)

    def looks(self, page: Page, name: str, language: str) -> None:
        """Look at what is open in every look that is asked for."""
        page.wait_for_load_state()  # with its styles: a form has led here
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.locator("h1").count() == 1, name
        looks = [(scheme, width) for scheme in SCHEMES for width in WIDTHS]
        for scheme, width in looks if self._whole else looks[:1]:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": HEIGHT})
            for fault in (STICKING_OUT, TOO_SMALL):
                found = page.evaluate(fault)
                assert found == [], f"{name} {width}: {found}"
            if width == WIDTHS[0]:
                seen = self._axe.run(page)
                assert seen.violations_count == 0, f"{name} {scheme}: {seen.generate_report()}"
            self._snap(page, f"{name}-{scheme}-{width}")
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST, name
        page.goto("about:blank")  # a page that polls would complain of a shop that has closed

    def prints(self, name: str, url: str, *, cookies: Sequence[Any] = ()) -> None:
        """Look at a page as a printer sees it, by somebody who reads on a dark screen."""
        for language, page in self.pages.items():
            page.context.clear_cookies()
            page.context.add_cookies(list(cookies))
            page.goto(url)
            page.emulate_media(media="print", color_scheme="dark")
            page.set_viewport_size({"width": 794, "height": 1123})
            for css in ("button", ".choices", ".home", ".legal", ".skip", ".cart-link"):
                assert page.locator(f"{css}:visible").count() == 0, f"{name}: {css}"
            assert page.evaluate(PAPER) == "rgb(255, 255, 255)", name
            self._snap(page, f"{name}-{language}-print-794")
            page.emulate_media(media="screen")


@contextmanager
def opened_album(
    browser: Browser,
    complaints: Complaints,
    snap: Snap,
    *,
    full: bool,
    languages: Sequence[str] = LANGUAGES,
) -> Iterator[Album]:
    """Lend an album; what its pages complained of fails the test."""
    whole = full or "SCREENSHOTS" in os.environ
    with ExitStack() as stack:
        pages: dict[str, Page] = {}
        for language in languages if whole else languages[-1:]:
            context = browser.new_context(locale=language, reduced_motion="reduce")
            stack.callback(context.close)
            complaints.watch(context)
            context.route("https://*.example/**/*.*g", _picture)
            pages[language] = context.new_page()
        yield Album(pages, snap, complaints, whole=whole)
    assert complaints.left() == [], complaints.left()


def _picture(route: Route) -> None:
    route.fulfill(body=PICTURE, content_type="image/svg+xml")


def owner(app: Flask, url: str, *orders: str) -> list[Any]:
    """Return the cookie of the browser that these orders were made in."""
    with app.test_request_context():
        response = Response()
        for order in orders:
            order_cookie.remember(response, order)
    name, _, value = response.headers["Set-Cookie"].partition(";")[0].partition("=")
    return [{"name": name, "value": value, "url": url}]


def sends(action: str, **fields: str) -> Callable[[Page], None]:
    """Return what has a page send a form of these fields."""

    def act(page: Page) -> None:
        with page.expect_navigation():
            page.evaluate(
                """([action, fields]) => {
                  const form = document.createElement("form");
                  Object.assign(form, { method: "post", action });
                  for (const [name, value] of Object.entries(fields))
                    form.append(Object.assign(document.createElement("input"), { name, value }));
                  document.body.append(form);
                  form.submit();
                }""",
                [action, fields],
            )

    return act
