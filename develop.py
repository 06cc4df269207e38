"""Run things in the development environment: everything together, or one command.

`python develop.py` brings the database to head and starts sandbox, web, worker and a small
merchant's backend (Procfile.dev); `python develop.py flask ...` runs one command with the same
settings. What the environment or .env sets always wins over the values here, which know the sandbox
alone and are good for nothing else. A NOTIFY_URL of yours takes the place of the backend.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import TextIO

from dotenv import dotenv_values
from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

from checkout_service.settings.env_file import text_of

ROOT = Path(__file__).resolve().parent
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
BACKEND_PORT = 4243
TO_HEAD = ("flask", "--app", "wsgi", "db", "upgrade")
HOW_TO_STAY = "To let it outlive a shell: nohup make run &"
PROCESSES = parse_procfile((ROOT / "Procfile.dev").read_text("utf-8")).processes
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def settings() -> dict[str, str]:
    """Return the whole environment: the caller's, then .env, then the sandbox's defaults."""
    said = dotenv_values(stream=StringIO(text_of(ROOT / ".env")), interpolate=False)
    written = {name: value for name, value in said.items() if value}
    given = written | os.environ
    port = given.get("PORT", "8000")
    sandbox = f"http://127.0.0.1:{given.get('SANDBOX_PORT', '4242')}"
    defaults = {
        "PORT": port,
        "SANDBOX_PORT": "4242",
        "SANDBOX_DATABASE": "instance/sandbox.sqlite3",
        "SECRET_KEY": "for-development-only-0123456789abcdef",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": "sk_test_sandbox",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_sandbox",
        "STRIPE_WEBHOOK_SECRET": "whsec_sandbox",
        "STRIPE_API_BASE": sandbox,
        "STRIPE_JS_URL": f"{sandbox}/stripe.js",
        "API_KEYS": "development-api-key",
        "ADMIN_PASSWORD": "development",
    }
    env = _backend(given) | defaults | given
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["SANDBOX_WEBHOOK_SECRET"] = env["STRIPE_WEBHOOK_SECRET"].split(",")[0] or "whsec_unused"
    env["PYTHONUNBUFFERED"] = "1"
    return env


def _backend(given: Mapping[str, str]) -> dict[str, str]:
    """Say where the small backend listens, or let the caller's own be on this machine.

    Nothing when the caller sells live.
    """
    if "_live_" in given.get("STRIPE_SECRET_KEY", ""):
        return {}
    if given.get("NOTIFY_URL"):
        return {"NOTIFY_ALLOW_PRIVATE": "1"}
    port = given.get("BACKEND_PORT") or _free_port(BACKEND_PORT)
    return {
        "BACKEND_PORT": port,
        "BACKEND_SEEN": "instance/backend.sqlite3",
        "NOTIFY_URL": f"http://127.0.0.1:{port}/",
        "NOTIFY_SECRET": "whsec_Zm9yLWRldmVsb3BtZW50LW9ubHktMDEyMzQ1Njc4OQ==",
        "NOTIFY_ALLOW_PRIVATE": "1",
    }


def has_backend(env: Mapping[str, str]) -> bool:
    """True if notifications go to the small backend of ours."""
    return env.get("NOTIFY_URL") == f"http://127.0.0.1:{env.get('BACKEND_PORT')}/"


def _free_port(wanted: int) -> str:
    """Return the wanted port, which a restart keeps, or any other when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return str(probe.getsockname()[1])
    return str(wanted)


class Crew:
    """The processes of Procfile.dev, in our own process group: they live and end together."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._processes = {
            name: command
            for name, command in PROCESSES.items()
            if name != "backend" or has_backend(env)
        }
        self._printer = Printer(sys.stdout, width=max(map(len, self._processes)))
        self._colours = get_colours()
        self._members: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start them all, deaf to Ctrl-C: we hear it and ask them to stop, each in its own time."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for name, command in self._processes.items():
            member = subprocess.Popen(  # noqa: S602 - our own Procfile.dev
                command, shell=True, env=self._env, cwd=ROOT, stdout=PIPE, stderr=STDOUT
            )
            self._members[name] = member
            relay = (name, member, next(self._colours))
            threading.Thread(target=self._relay, args=relay, daemon=True).start()

    def ended(self) -> str | None:
        """Name one that is not running any more."""
        return next((n for n, m in self._members.items() if m.poll() is not None), None)

    def stop(self) -> None:
        for member in self._members.values():
            member.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for name, member in self._members.items():
            try:
                member.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{name} did not stop in {SECONDS_TO_STOP} seconds; killing it.")
                member.kill()

    def _relay(self, name: str, member: subprocess.Popen[bytes], colour: str) -> None:
        for line in member.stdout or ():
            now = dt.datetime.now().astimezone()
            with contextlib.suppress(OSError):  # nobody reads any more; the pipe must not fill
                self._printer.write(Message("line", line, now, name, colour))


def run_everything(env: dict[str, str]) -> int:
    """Run the crew until a signal comes, one of them ends, or whoever started us is gone."""
    stop, parent = threading.Event(), started_by()
    for name in ("PORT", "SANDBOX_PORT"):
        demand_free(name, env[name])
    (ROOT / "instance").mkdir(exist_ok=True)
    if failed := subprocess.run(TO_HEAD, check=False, env=env).returncode:  # noqa: S603 - ours
        return failed
    hears = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asked us to be deaf to it
        hears.append(signal.SIGHUP)
    crew = Crew(env)
    crew.start()
    for number in hears:
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=announce, args=(env,), daemon=True).start()
    orphaned = False
    while not (stop.wait(0.2) or crew.ended() or orphaned):
        orphaned = parent is not None and os.getppid() != parent
    ended = None if stop.is_set() or orphaned else crew.ended()
    if orphaned:
        say(f"\nProcess {parent}, which started this, is gone. {HOW_TO_STAY}", to=sys.stderr)
    say(f"\n{ended} ended; stopping the rest." if ended else "\nStopping.")
    crew.stop()
    return 1 if ended or orphaned else 0


def started_by() -> int | None:
    """Return the process whose end is ours; None under nohup or setsid, which say: live on."""
    on_its_own = os.getsid(0) == os.getpid()
    deaf = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return None if on_its_own or deaf else os.getppid()


def say(text: str, to: TextIO | None = None) -> None:
    """Print, unless nobody reads any more: a closed terminal is no reason to leave the crew."""
    with contextlib.suppress(OSError):
        print(text, flush=True, file=to)


def demand_free(name: str, port: str) -> None:
    """Stop with a sentence when somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except (OSError, ValueError, OverflowError) as error:
            sys.exit(f"Port {port} cannot be used ({error}). Choose another: make run {name}=...")


def announce(env: dict[str, str]) -> None:
    """Print the addresses once the web and the sandbox both answer."""
    shop, sandbox = f"http://127.0.0.1:{env['PORT']}", f"http://127.0.0.1:{env['SANDBOX_PORT']}"
    deadline = time.monotonic() + SECONDS_TO_START
    while not (status(f"{shop}/healthz") and status(f"{sandbox}/")):
        if time.monotonic() > deadline:
            return
        time.sleep(0.2)
    places = [
        ("Open", f"{shop}/", ""),
        ("Admin", f"{shop}/admin/login", f"password: {env['ADMIN_PASSWORD']}"),
        ("API", f"{shop}/api/v1/openapi.json", f"key: {env['API_KEYS'].split(',')[0]}"),
        ("API", f"{shop}/api/docs", "to read and try"),
        ("Sandbox", f"{sandbox}/", "a small Stripe; no money moves"),
    ]
    found = places[:1] + [place for place in places[1:] if status(place[1]) == HTTPStatus.OK]
    lines = "".join(f"  {name:<8} {url}   {note}".rstrip() + "\n" for name, url, note in found)
    backend = "  Backend  prints what it fulfils, each order once\n" if has_backend(env) else ""
    say(f"\n{lines}{backend}  Ctrl-C stops everything.\n")


def status(url: str) -> int:
    """Return the status of a GET; 0 where nobody answers."""
    try:
        with _DIRECT.open(url, timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def main() -> int:
    os.chdir(ROOT)
    env = settings()
    if command := sys.argv[1:]:
        os.execvpe(command[0], command, env)
    try:
        return run_everything(env)
    except KeyboardInterrupt:  # before the crew was there to be asked to stop
        return 130


if __name__ == "__main__":
    sys.exit(main())
