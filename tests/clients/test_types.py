"""The clients' types are those of the OpenAPI document; to see that, nobody needs npm."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.databases import KEYS
from tools import clients


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return clients.document()


def test_the_python_clients_types_are_of_today(described: dict[str, Any]) -> None:
    assert clients.PYTHON.read_text("utf-8") == clients.python_source(described), "make clients"


def test_the_javascript_clients_types_are_of_today(described: dict[str, Any]) -> None:
    written = clients.TYPESCRIPT.read_text("utf-8")

    assert written.startswith(clients.heading(described)), "make clients"
    named = set(re.findall(r"^export type (\w+) = components", written, re.MULTILINE))
    assert named == set(described["components"]["schemas"])


def test_the_types_say_nothing_of_one_shop(
    described: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://pay.example.com")
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://www.example.com")

    assert clients.document() == described
    assert "poster-usd" not in json.dumps(described)
