"""What a stranger tries first: the factory's import, and the tables in a Flask shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.databases import KEYS
from tests.support.processes import ROOT, clean_environment


def python(script: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environment(KEYS | env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def test_the_package_gives_the_factory_and_a_floor_alone_stays_light() -> None:
    said = python(
        "import sys, checkout_service.domain.money, checkout_service\n"
        "light = not {'flask', 'sqlalchemy', 'stripe'} & sys.modules.keys()\n"
        "from checkout_service import create_app\n"
        "print(light, create_app.__module__)\n"
    )

    assert said == "True checkout_service.app"


def test_a_flask_shell_knows_the_tables_as_models(tmp_path: Path) -> None:
    said = python(
        "from wsgi import app\n"
        "from flask_migrate import upgrade\n"
        "with app.app_context():\n"
        "    upgrade()\n"
        "    shell = app.make_shell_context()\n"
        "    print(shell['Order'].query.filter_by(status='paid').all(),\n"
        "          shell['Order'].__table__ is shell['db'].metadata.tables['orders'])\n",
        DATABASE_URL=f"sqlite:///{tmp_path}/shell.sqlite3",
    )

    assert said == "[] True"
