"""How a request finds its view: by an adapter of Flask's, and a host is read once for many.

Reading a host's name takes a tenth of what the framework does for a request, and a shop has one.
"""

from __future__ import annotations

from functools import lru_cache
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request
from werkzeug.routing import MapAdapter

_MOST_HOSTS = 64  # strangers may name as many as they like


def init_app(app: Flask) -> None:
    """Let the application bind requests by what it knows of their host."""
    bind = app.create_url_adapter

    @lru_cache(_MOST_HOSTS)
    def bound(scheme: str, host: str | None, name: str, port: str) -> tuple[str, MapAdapter]:
        environ = {"wsgi.url_scheme": scheme, "SERVER_NAME": name, "SERVER_PORT": port}
        if host is not None:
            environ["HTTP_HOST"] = host
        request = app.request_class(environ | {"REQUEST_METHOD": "GET"})
        adapter = bind(request)
        if adapter is None:  # a request has one
            raise LookupError(host)
        return request.host, adapter

    def create_url_adapter(request: Request | None) -> MapAdapter | None:
        if request is None or "HTTP_UPGRADE" in request.environ:
            return bind(request)
        environ = request.environ
        request.host, like = bound(
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST"),
            environ["SERVER_NAME"],
            environ["SERVER_PORT"],
        )
        return MapAdapter(
            like.map,
            like.server_name,
            _text(environ, "SCRIPT_NAME"),
            like.subdomain,
            like.url_scheme,
            _text(environ, "PATH_INFO"),
            environ["REQUEST_METHOD"],
            _text(environ, "QUERY_STRING"),
        )

    app.create_url_adapter = create_url_adapter  # type: ignore[method-assign]


def _text(environ: WSGIEnvironment, name: str) -> str:
    """Return what a gateway wrote as latin-1 (PEP 3333) as the UTF-8 that was sent."""
    text: str = environ.get(name, "")
    return text.encode("latin-1").decode(errors="replace")
