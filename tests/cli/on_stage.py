"""The commands over a stage: stories that would take days are told in milliseconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask

from tests.support.on_stage import app_on
from tests.support.stage import Stage


@dataclass
class Admin:
    """A stage and somebody at its command line."""

    stage: Stage
    app: Flask

    def run(self, *command: str) -> Result:
        return self.app.test_cli_runner().invoke(args=list(command))

    def text(self, *command: str) -> str:
        """Run a command that must succeed and give what it printed."""
        result = self.run(*command)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *command: str) -> Any:
        return json.loads(self.text(*command, "--json"))


def admin_on(stage: Stage, folder: Path) -> Admin:
    return Admin(stage, app_on(stage, folder))
