"""Backends in each framework fulfil an order once, and do nothing for what is forged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.support.merchant import SECRET
from tests.support.ports import free_port
from tests.support.processes import ROOT, answers, start
from tests.support.running_stack import http

from .runner import EXAMPLES

BODY = json.dumps({"type": "order.paid", "data": {"order": {"id": "ord_1"}}}).encode()
FRAMEWORKS = {
    "paid_flask.py": ("flask", "--app", "paid_flask", "run", "--port", "{port}"),
    "paid_django.py": ("paid_django", "runserver", "--noreload", "127.0.0.1:{port}"),
    "paid_fastapi.py": ("uvicorn", "paid_fastapi:app", "--port", "{port}"),
}


@pytest.mark.parametrize("command", FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_a_backend_fulfils_once_and_refuses_what_is_forged(
    command: Sequence[str], tmp_path: Path
) -> None:
    port = free_port()
    here = f"http://127.0.0.1:{port}/notifications"
    paths = f"{EXAMPLES / 'python'}:{ROOT / 'clients' / 'python'}"
    seen = str(tmp_path / "seen.sqlite3")
    backend = start(
        [word.format(port=port) for word in command],
        env={"NOTIFY_SECRET": SECRET, "SEEN": seen, "PYTHONPATH": paths},
        log=tmp_path / "backend.log",
        ready=answers(here, status=405),
        folder=EXAMPLES / "python",
    )
    try:
        statuses = [
            http().post(here, body, headers=headers(), timeout=60).status_code
            for body in (BODY, BODY + b" ", BODY)
        ]
    finally:
        backend.stop()

    assert statuses == [204, 400, 204], backend.logs
    assert backend.logs.count("fulfilled ord_1") == 1


def headers() -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", now, BODY.decode()),
    }
