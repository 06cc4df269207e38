"""Styles and scripts as gzip, packed once and kept: a telephone fetches a fifth of them.

Pages are not packed: by its length a page would tell a secret of its reader's that stands beside
words of a stranger's (https://www.breachattack.com/).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

_TEXTS = ("text/css", "text/javascript", "image/svg+xml")


class Packed:
    """Answers for the files below `/static/` that another application serves."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner
        self._kept: dict[tuple[str, str], bytes] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/static/"):
            return self._inner(environ, start_response)
        # HEAD tells what GET would: how long the packed file is, too.
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        asked = environ | {"REQUEST_METHOD": "GET"} if is_head else environ
        response = Response.from_app(self._inner, asked)
        if response.mimetype in _TEXTS:
            response.vary.add("Accept-Encoding")
            if response.status_code == HTTPStatus.OK and _takes_gzip(asked):
                name = (path, response.headers.get("ETag", ""))
                if name not in self._kept:
                    self._kept[name] = gzip.compress(response.get_data(), mtime=0)
                response.close()
                response.set_data(self._kept[name])
                response.content_encoding = "gzip"
        return response(environ, start_response)


def _takes_gzip(environ: WSGIEnvironment) -> bool:
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""), Accept)
    return environ["REQUEST_METHOD"] == "GET" and accepted.quality("gzip") > 0
