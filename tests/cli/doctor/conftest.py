"""One sandbox, one database and one web for all of doctor's tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from checkout_service import create_app
from checkout_service.flask_db import db
from checkout_service.settings import Settings
from tests.cli.doctor.doctor_env import DoctorEnv
from tests.support.databases import Databases
from tests.support.merchant import running_merchant
from tests.support.ports import free_port
from tests.support.sandbox_server import start_sandbox


@pytest.fixture(scope="session")
def shared_doctor_env(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DoctorEnv]:
    sandbox, lent = start_sandbox(), databases.at_head("sqlite")
    with running_merchant() as merchant:
        folder = tmp_path_factory.mktemp("doctor_env")
        doctor_env = DoctorEnv(sandbox, merchant, next(lent), free_port(), folder)
        doctor_env.welcome()
        with serving(doctor_env):
            yield doctor_env
    sandbox.stop()
    next(lent, None)


@contextmanager
def serving(doctor_env: DoctorEnv) -> Iterator[None]:
    """Serve the shop at its address."""
    app = create_app(Settings.load(**doctor_env.settings()))
    server = make_server("127.0.0.1", doctor_env.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def doctor_env(shared_doctor_env: DoctorEnv) -> DoctorEnv:
    """The doctor_env with a healthy account, lately swept."""
    shared_doctor_env.welcome()
    assert shared_doctor_env.run("sweep", "--once").exit_code == 0
    return shared_doctor_env
