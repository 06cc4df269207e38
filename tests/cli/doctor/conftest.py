"""One web process, one sandbox, one database for a module of doctor's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.doctor.clinic import Clinic
from tests.support.databases import KEYS, Databases
from tests.support.merchant import running_merchant
from tests.support.ports import free_port
from tests.support.processes import answers, start
from tests.support.sandbox_server import start_sandbox


@pytest.fixture(scope="module")
def shared_clinic(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    folder, port, sandbox = tmp_path_factory.mktemp("clinic"), free_port(), start_sandbox()
    lent = databases.at_head("sqlite")
    with running_merchant() as merchant:
        clinic = Clinic(sandbox, merchant, next(lent), port, folder)
        clinic.welcome()
        env = KEYS | {"DATABASE_URL": clinic.database_url, "PUBLIC_BASE_URL": clinic.url}
        web = start(
            ["gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:app"],
            env=env | {"PORT": str(port), "STRIPE_API_BASE": sandbox.url, "WEB_CONCURRENCY": "1"},
            log=folder / "web.log",
            ready=answers(f"{clinic.url}/healthz"),
        )
        assert clinic.run("sweep", "--once").exit_code == 0
        yield clinic
        web.stop()
    sandbox.stop()
    next(lent, None)


@pytest.fixture
def clinic(shared_clinic: Clinic) -> Clinic:
    """The clinic with a healthy account."""
    shared_clinic.welcome()
    return shared_clinic
