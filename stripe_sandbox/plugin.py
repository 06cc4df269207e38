"""For pytest: the fixture `stripe_sandbox`, a fresh sandbox on loopback for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .running import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def stripe_sandbox_process() -> Iterator[RunningSandbox]:
    """One process for all tests of a run; what it knows is whatever the last of them left."""
    with running_sandbox() as running:
        yield running


@pytest.fixture
def stripe_sandbox(stripe_sandbox_process: RunningSandbox) -> RunningSandbox:
    """A sandbox that has forgotten everything before: its address, its dials and its logs."""
    stripe_sandbox_process.reset()
    return stripe_sandbox_process
