"""A Django project without a folder, for the steps of Django's libraries, and its mail box."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import include, path

from fidelity.steps.taking import until


def project(prefix: str, urls: str, apps: tuple[str, ...], **more: Any) -> None:
    """Set Django up with the database $DATABASE_URL, tables made and one module of addresses."""
    at = urlsplit(os.environ["DATABASE_URL"])
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": at.path.strip("/"),
        "USER": at.username,
        "PASSWORD": at.password,
        "HOST": at.hostname,
        "PORT": at.port,
    }
    settings.configure(
        SECRET_KEY="of-no-use-outside-these-steps",  # noqa: S106
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", *apps],
        LOGGING_CONFIG=None,
        USE_TZ=True,
        **more,
    )
    django.setup()
    settings.ROOT_URLCONF = (path(prefix, include(urls)),)
    call_command("migrate", run_syncdb=True, verbosity=0)


_LATE = 150  # seconds: a second try comes after a minute


class Letter(NamedTuple):
    """An event as it came in."""

    body: bytes
    signature: str


class _Post(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a sandbox sends many at once; whom it cannot reach it tries later


class Mailbox:
    """Takes webhooks over HTTP; `hand_in` then brings each to the project, one after the other."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        letters = self.letters

        class Slot(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                letters.append(Letter(body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing of each request."""

        server = _Post(("127.0.0.1", 0), Slot)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"

    def wait_for(self, event: str) -> None:
        """Wait until an event was delivered. Raises LookupError."""
        until(
            lambda: any(event.encode() in one.body for one in self.letters),
            f"{event} is lost",
            _LATE,
        )


def hand_in(path: str, body: bytes, signature: str | None) -> str | None:
    """Post an event to the project; return what was wrong."""
    headers = {} if signature is None else {"stripe-signature": signature}
    client = Client(raise_request_exception=True)
    try:
        answer = client.post(path, body, content_type="application/json", headers=headers)
    except Exception as error:  # noqa: BLE001 - what a server would answer 500 to
        return f"500 {type(error).__name__} {error}"
    return None if answer.status_code == 200 else f"{answer.status_code}"  # noqa: PLR2004
