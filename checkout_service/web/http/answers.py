"""An answer in JSON, whole from the beginning: it is sent as it was made."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response


class JsonAnswer(Response):
    """A response that streams nothing and leads nowhere.

    Werkzeug prepares every response for both, which costs as much as everything else in it.
    """

    def __init__(self, body: str | bytes, status: int = HTTPStatus.OK) -> None:
        super().__init__(body, status, content_type="application/json")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD" or self._on_close:
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return self.response  # type: ignore[return-value]  # one piece of bytes: see set_data
