"""A sandbox that cannot start says why in one sentence; one file is one sandbox's."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import stripe

from stripe_sandbox import RunningSandbox, running_sandbox
from tests.support.ports import free_port
from tests.support.processes import answers, ended, start

NO = 2


def refused(*options: str) -> str:
    """Start with these options in vain; return all that was said."""
    done = ended(["stripe_sandbox", *options], env={})
    assert (done.returncode, done.stdout) == (NO, "")
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("port", ["99999", "-1", "x", "\u0665"])
def test_a_port_is_one(port: str) -> None:
    assert f"{port} is no port" in refused("--port", port)


@pytest.mark.parametrize("url", ["foo", "http://[::1", "http://a:b/", "ftp://a/", "http:///x"])
def test_a_webhook_is_an_address(url: str) -> None:
    assert f"{url} is no http address" in refused("--webhook", url, "--webhook-secret", "whsec_1")


def test_an_address_that_is_taken_or_not_ours_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused("--port", port)
    assert said.startswith(f"stripe_sandbox: cannot listen on 127.0.0.1, port {port}: ")
    assert "cannot listen on 192.0.2.1" in refused("--host", "192.0.2.1", "--port", "0")
    assert "cannot listen on no.invalid" in refused("--host", "no.invalid", "--port", "0")


def test_a_file_that_keeps_nothing_of_ours_is_named(tmp_path: Path) -> None:
    text, other, folder = tmp_path / "text", tmp_path / "other", tmp_path / "no" / "file"
    text.write_text("no database, whatever it is called" * 100)
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE objects (name TEXT)")
    broken = tmp_path / "broken"
    with closing(sqlite3.connect(broken)) as made, made:
        made.execute("CREATE TABLE objects (id TEXT PRIMARY KEY, seq INTEGER, body TEXT)")
        made.execute("INSERT INTO objects VALUES ('a', 1, '[]')")

    for file in (text, other, broken):
        said = refused("--port", "0", "--database", str(file))
        assert said == f"stripe_sandbox: {file} is no database of a sandbox's"
    said = refused("--port", "0", "--database", str(folder))
    assert said == f"stripe_sandbox: there is no folder for {folder}"
    assert f"{tmp_path} cannot be used" in refused("--port", "0", "--database", str(tmp_path))
    assert text.read_text().startswith("no database")


def made(sandbox: RunningSandbox) -> str:
    client = stripe.StripeClient(sandbox.api_key, base_addresses={"api": sandbox.url})
    return client.v1.customers.create(params={"name": "Ada"}).id


def test_one_file_is_one_sandboxes_until_it_dies(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite3"
    url = f"http://127.0.0.1:{free_port()}"
    command = ["stripe_sandbox", "--port", url.rpartition(":")[2], "--database", str(file)]
    first = start(command, env={}, log=tmp_path / "log", ready=answers(f"{url}/"))
    try:
        name = made(RunningSandbox(url))
        said = refused("--port", "0", "--database", str(file))
        assert said == f"stripe_sandbox: another sandbox keeps what it knows in {file}"
        assert made(RunningSandbox(url))
    finally:
        first.kill()
    with running_sandbox("--database", str(file)) as second:
        client = stripe.StripeClient(second.api_key, base_addresses={"api": second.url})
        assert client.v1.customers.retrieve(name).name == "Ada"
    with closing(sqlite3.connect(file)) as read:
        assert read.execute("SELECT count(*) FROM objects WHERE id = ?", (name,)).fetchone() == (1,)
