"""A request is bound to its view exactly as Flask binds it, whatever host and path it names."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Request
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from checkout_service.web.http import url_adapters
from tests.support.hostile.hosts import HOST_TRICKS

PATHS = ("/", "//orders/x", "/orders/%C3%A9?a=%C3%A9&b=1", "/%FF", "")
SCRIPTS = ("", "/pay", "/p%C3%A4y")
HOSTS: tuple[dict[str, str], ...] = (
    {},
    {"Host": "shop.example"},
    {"Host": "SHOP.example:443"},
    {"Host": "[::1]:8000"},
    {"Host": "b\xfccher.example"},
    {"Host": f"{64 * 'a'}.example"},
    {"Host": "shop.example", "Connection": "Upgrade", "Upgrade": "websocket"},
    *HOST_TRICKS,
)


def seen(app: Flask, environ: dict[str, Any]) -> object:
    """Tell all that an application makes of a request before it looks for a view."""
    request = Request(environ)
    try:
        adapter = app.create_url_adapter(request)
    except HTTPException as error:
        return type(error)
    assert adapter is not None
    known = {**vars(adapter), "map": None, "websocket": adapter.websocket}
    return known, request.host, request.url, request.url_root


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("server", ["127.0.0.1:8000", "shop.example:80", None])
def test_every_host_and_path_is_bound_as_by_flask_the_second_time_too(
    scheme: str, server: str | None
) -> None:
    ours, theirs = Flask("ours"), Flask("theirs")
    url_adapters.init_app(ours)
    for headers in HOSTS:
        for path in PATHS:
            for script in SCRIPTS:
                environ = EnvironBuilder(path, headers=list(headers.items())).get_environ()
                environ |= {"wsgi.url_scheme": scheme, "SCRIPT_NAME": script}
                if server is None:
                    del environ["HTTP_HOST"]
                else:
                    name, _, port = server.partition(":")
                    environ |= {"SERVER_NAME": name, "SERVER_PORT": port}
                expected = seen(theirs, dict(environ))
                assert seen(ours, dict(environ)) == expected
                assert seen(ours, dict(environ)) == expected


def test_a_crowd_of_hosts_is_not_kept() -> None:
    app = Flask("ours")
    url_adapters.init_app(app)
    for number in range(500):
        environ = EnvironBuilder("/", headers=[("Host", f"h{number}.example")]).get_environ()
        adapter = app.create_url_adapter(Request(environ))
        assert adapter is not None
        assert adapter.server_name == f"h{number}.example"
    assert app.create_url_adapter(None) is None
