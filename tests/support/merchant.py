"""The merchant's backend in tests: a real server that answers by script and keeps what it got."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from standardwebhooks import Webhook

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass(frozen=True, slots=True)
class Says:
    """One answer; or how to misbehave instead. `raw` replaces the whole answer."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: bytes | None = None
    wait: float = 0.0
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it arrived; `at` is monotonic seconds."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str = SECRET) -> object:
        """Check it with the reference verifier and give the body. Raises if it is not genuine."""
        return Webhook(secret).verify(self.body, self.headers)


class Merchant(ThreadingHTTPServer):
    """Answers in the order of the script and keeps giving the last answer."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[Got] = []
        self.connections = 0
        self._script = [Says()]
        self._by_id: dict[str, Says] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/notify"

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.got]

    def says(self, *answers: Says) -> None:
        self._script = list(answers)

    def says_to(self, message_id: str, answer: Says) -> None:
        """Answer one message always so, whatever the script says."""
        self._by_id[message_id] = answer

    def take(self, message: Got) -> Says:
        with self._lock:
            self.got.append(message)
            if message.headers.get("webhook-id") in self._by_id:
                return self._by_id[message.id]
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        merchant = cast(Merchant, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        says = merchant.take(Got(self.path, headers, body, time.monotonic()))
        time.sleep(says.wait)
        if says.reset:
            self._hang_up()
        elif says.raw is not None:
            self.wfile.write(says.raw)
            self.close_connection = True
        else:
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            if says.status != 204:
                self.send_header("Content-Length", str(len(says.body)))
            self.end_headers()
            self.wfile.write(says.body)

    def do_GET(self) -> None:
        """Note a redirect that was followed after all."""
        self.do_POST()

    def _hang_up(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Stay silent."""


@contextmanager
def running_merchant() -> Iterator[Merchant]:
    merchant = Merchant()
    thread = threading.Thread(target=merchant.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield merchant
    finally:
        merchant.shutdown()
        merchant.server_close()
        thread.join()
