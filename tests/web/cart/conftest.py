"""A shop that has what carts are filled with, and a buyer who comes to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.support.stage import Stage
from tests.web.cart.forms import MUG
from tests.web.catalog import CATALOG
from tests.web.conftest import MakeApp


@pytest.fixture
def shop() -> Iterator[Stage]:
    with Stage(catalog=CATALOG + MUG) as stage:
        yield stage


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app().test_client()
