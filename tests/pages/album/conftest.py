"""A shop on a stage, served to browsers of every language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.support.album import Album, opened_album
from tests.support.browser import Complaints, Snap
from tests.support.on_stage import app_on
from tests.support.served import served
from tests.support.stage import Stage

Opened = tuple[Stage, str, Flask]
Open = Callable[..., AbstractContextManager[Opened]]


@pytest.fixture
def album(browser: Browser, complaints: Complaints, snap: Snap, *, full: bool) -> Iterator[Album]:
    complaints.expected += [
        f"status of {code}" for code in (400, 403, 404, 405, 409, 422, 429, 503)
    ]
    with opened_album(browser, complaints, snap, full=full) as opened:
        yield opened


@pytest.fixture
def open_shop(database_url: str, tmp_path: Path) -> Open:
    """Open a shop with a catalog of its own; lend its stage, its address and its application."""

    @contextmanager
    def opened(catalog: str, **settings: str) -> Iterator[Opened]:
        with (
            Stage(database_url, catalog=catalog) as stage,
            served(lambda url: app_on(stage, tmp_path, public_base_url=url, **settings)) as (
                url,
                app,
            ),
        ):
            yield stage, url, app

    return opened
