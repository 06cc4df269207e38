"""The browser fixture hears what a page does wrong, so that no journey passes over it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from pytest_httpserver import HTTPServer

from tests.support.browser import Complaints

FAULTS = {
    "console.error('a complaint')": "console: a complaint",
    "setTimeout(() => { throw new Error('thrown') })": "script: thrown",
    "fetch('https://shop.example/pixel').catch(() => 0)": "abroad: https://shop.example/pixel",
}


@pytest.mark.parametrize(("script", "expected"), FAULTS.items())
def test_a_page_that_complains_or_calls_abroad_is_heard(
    browser: Browser, httpserver: HTTPServer, script: str, expected: str
) -> None:
    page = f"<!doctype html><link rel=icon href=data:,><script>{script}</script>"
    httpserver.expect_request("/").respond_with_data(page, content_type="text/html")
    complaints = Complaints()
    context = browser.new_context()
    complaints.watch(context)

    context.new_page().goto(httpserver.url_for("/"), wait_until="networkidle")
    context.close()

    assert any(said.startswith(expected) for said in complaints.left())


def test_what_a_test_provokes_on_purpose_is_let_pass(complaints: Complaints) -> None:
    complaints.heard.append("console: Failed to load resource: status of 503")
    complaints.expected.append("status of 503")

    assert complaints.left() == []
