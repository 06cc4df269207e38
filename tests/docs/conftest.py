"""One shop for all examples of a module; nobody's proxy, key or .env reaches them."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.support.databases import Databases
from tests.support.merchant import SECRET, running_merchant
from tests.support.processes import ROOT
from tests.support.running_shop import Shop
from tests.support.running_stack import http
from tests.support.service import Service, environment
from tests.support.stack import running_sandbox

from .runner import EXAMPLES, Runner

WRITTEN_DOWN = "http://127.0.0.1:8000"  # the service's address in documents


@pytest.fixture(scope="session")
def node() -> str:
    """Return the Node that the browser plugin brings along: no machine lacks it."""
    return str(compute_driver_executable()[0])


@pytest.fixture(scope="session")
def curl() -> str:
    found = shutil.which("curl")
    assert found, "These tests run curl. Install it: apt-get install curl"
    return found


class _Pages(SimpleHTTPRequestHandler):
    """The example pages, with the one line changed that a merchant changes too."""

    extensions_map = {".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript"}

    def __init__(self, *given: Any, service: str, folder: Path) -> None:
        self._service = service
        super().__init__(*given, directory=str(folder))

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_text("utf-8").replace(WRITTEN_DOWN, self._service).encode()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""


@contextmanager
def serving_pages(service: str, folder: Path) -> Iterator[str]:
    """Serve the example pages, from a copy, as a site of their own; return its origin."""
    shutil.copytree(EXAMPLES / "javascript", folder)
    handler = functools.partial(_Pages, service=service, folder=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def site_and_shop(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Shop]]:
    folder = tmp_path_factory.mktemp("docs")
    (folder / "catalog.toml").write_text(catalog())
    with (
        running_merchant() as merchant,
        contextmanager(running_sandbox)(folder) as sandbox,
        contextmanager(databases.at_head)("sqlite") as database_url,
        serving_pages(f"http://127.0.0.1:{sandbox.webhook_port}", folder / "site") as site,
    ):
        env = environment(
            database_url=database_url, stripe_url=sandbox.url, port=sandbox.webhook_port
        )
        env |= {"NOTIFY_URL": merchant.url, "NOTIFY_SECRET": SECRET, "NOTIFY_ALLOW_PRIVATE": "1"}
        env |= {"ALLOWED_ORIGINS": site, "CATALOG_FILE": str(folder / "catalog.toml")}
        env |= {"METRICS_TOKEN": "tests-metrics-token"}
        service = Service(folder, env)
        service.start_web()
        service.start_worker()
        yield site, Shop(sandbox, [service], merchant)
        http().close()  # a connection kept open is waited for
        service.stop()


def catalog() -> str:
    """Return the repository's catalog with the payment link that it shows in comments."""
    text = (ROOT / "catalog.toml").read_text("utf-8")
    begun = text.index("# [[payment_links]]")
    lines = text[begun:].splitlines()
    return text[:begun] + "\n".join(line.removeprefix("# ") for line in lines)


@pytest.fixture
def shop(site_and_shop: tuple[str, Shop]) -> Shop:
    return site_and_shop[1]


@pytest.fixture
def site(site_and_shop: tuple[str, Shop]) -> str:
    return site_and_shop[0]


@pytest.fixture
def run(node: str, curl: str, shop: Shop) -> Iterator[Runner]:
    shop.no_faults()
    yield Runner(node, shop)
    shop.no_faults()
