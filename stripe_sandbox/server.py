"""Serve the sandbox: one process, many threads, so that a call that hangs stops nobody."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 256


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn with the sandbox in its one worker."""

    def __init__(self, make: Any, host: str, port: int) -> None:
        self._make = make
        self._options = {
            "bind": f"{host}:{port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 0,
            "graceful_timeout": 1,
            "keepalive": 60,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": _say_where,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app: Flask = self._make()
        return app


def _say_where(server: Any) -> None:
    host, port = server.LISTENERS[0].sock.getsockname()[:2]
    print(f"Stripe sandbox on http://{host}:{port} - no money moves here", flush=True)  # noqa: T201
