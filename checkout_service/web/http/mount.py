"""The service under a path, as PUBLIC_BASE_URL says: https://example.com/pay.

In front may be a proxy that keeps the path, one that strips it, or another WSGI application that
mounts this one: each request is brought to the one form that Flask's own addresses are made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from flask import Flask, request

from checkout_service.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_STATIC = "/static/"
_OF_AN_INNER_PAGE = frozenset(("price", "order"))


def at(path: str) -> str:
    """Return the address of a path of ours, under whatever the service is mounted at."""
    return f"{request.script_root}{path}"


def init_app(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals.update(at=at)
    if settings.mount:
        app.wsgi_app = Mount(  # type: ignore[method-assign]
            app.wsgi_app, settings.mount, _knows(app)
        )


def _knows(app: Flask) -> Callable[[str, str], bool]:
    routes = app.url_map.bind("")
    return lambda path, method: path.startswith(_STATIC) or routes.test(path, method)


class Mount:
    """Puts the mount into SCRIPT_NAME, and leaves the rest in PATH_INFO."""

    def __init__(
        self, inner: WSGIApplication, mount: str, knows: Callable[[str, str], bool]
    ) -> None:
        self._inner = inner
        self._mount = mount
        self._knows = knows

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("SCRIPT_NAME", "").rstrip("/") != self._mount:
            environ = {**environ, "SCRIPT_NAME": self._mount, "PATH_INFO": self._path_of(environ)}
        return self._inner(environ, start_response)

    def _path_of(self, environ: WSGIEnvironment) -> str:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if f"{path}/".startswith(f"{self._mount}/"):
            stripped = path.removeprefix(self._mount) or "/"
            if not (self._knows(path, method) and self._is_stripped(environ, stripped)):
                return stripped
        return path or "/"

    def _is_stripped(self, environ: WSGIEnvironment, stripped: str) -> bool:
        """True if what looks like the mount is a page of ours by that name, as /pay under /pay."""
        return (
            not self._knows(stripped, environ["REQUEST_METHOD"])
            or environ.get("HTTP_X_FORWARDED_PREFIX", "").rstrip("/") == self._mount
            or not _OF_AN_INNER_PAGE.isdisjoint(parse_qs(environ.get("QUERY_STRING", "")))
        )
