"""Garbage is left alone while the product is loaded, and looked for in every worker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import requests

from tests.support.ports import free_port
from tests.support.processes import ROOT, answers, start
from tests.support.running_stack import until

APP = """
import gc, os

loaded_with = gc.isenabled()


def app(environ, start_response):
    start_response("200 OK", [])
    return [f"{loaded_with} {gc.isenabled()} {gc.get_freeze_count() > 0} {os.getpid()}".encode()]


app.extensions = {}
"""


def test_a_worker_collects_also_after_the_settings_were_read_again(tmp_path: Path) -> None:
    (tmp_path / "collection.py").write_text(APP, "utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    web = start(
        ["gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "collection:app"],
        env={"PORT": str(port), "PYTHONPATH": f"{tmp_path}:{ROOT}", "WEB_CONCURRENCY": "1"},
        log=tmp_path / "web.log",
        ready=answers(url),
        folder=tmp_path,
    )

    def said() -> list[str]:
        return requests.get(url, timeout=60).text.split()

    first = said()
    os.kill(web.pid, signal.SIGHUP)
    until(lambda: said()[-1] != first[-1], what="a new worker")
    again = said()
    web.stop()

    assert first[:3] == ["False", "True", "True"]
    assert again[1] == "True"
