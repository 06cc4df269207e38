"""One sandbox, one database and one web for all of doctor's tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from checkout_service import create_app
from checkout_service.models import db
from checkout_service.settings import Settings
from tests.cli.doctor.clinic import Clinic
from tests.support.databases import Databases
from tests.support.merchant import running_merchant
from tests.support.ports import free_port
from tests.support.sandbox_server import start_sandbox


@pytest.fixture(scope="session")
def shared_clinic(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    sandbox, lent = start_sandbox(), databases.at_head("sqlite")
    with running_merchant() as merchant:
        folder = tmp_path_factory.mktemp("clinic")
        clinic = Clinic(sandbox, merchant, next(lent), free_port(), folder)
        clinic.welcome()
        with serving(clinic):
            yield clinic
    sandbox.stop()
    next(lent, None)


@contextmanager
def serving(clinic: Clinic) -> Iterator[None]:
    """Serve the shop at its address."""
    app = create_app(Settings.load(**clinic.settings()))
    server = make_server("127.0.0.1", clinic.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def clinic(shared_clinic: Clinic) -> Clinic:
    """The clinic with a healthy account, lately swept."""
    shared_clinic.welcome()
    assert shared_clinic.run("sweep", "--once").exit_code == 0
    return shared_clinic
