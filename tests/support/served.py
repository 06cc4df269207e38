"""An application of this process on a port of loopback, for a browser to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

from tests.support.ports import free_port


@contextmanager
def served(make_app: Callable[[str], Flask]) -> Iterator[tuple[str, Flask]]:
    """Serve what is made for an address; lend both."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = make_app(url)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield url, app
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
