"""Run things in the development environment: everything together, or one command.

`python develop.py` starts sandbox, web and worker (Procfile.dev); `python develop.py flask ...`
runs one command with the same settings. What the environment or .env sets always wins over the
values here, which know the sandbox alone and are good for nothing else.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from pathlib import Path

from dotenv import dotenv_values
from honcho.environ import parse_procfile
from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent
SECONDS_TO_START = 60
STOPPED_BY_HAND = {128 + signal.SIGINT, 128 + signal.SIGTERM}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def settings() -> dict[str, str]:
    """Give the whole environment: the caller's, then .env, then the sandbox's defaults."""
    written = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value}
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
    env = defaults | given
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["SANDBOX_WEBHOOK_SECRET"] = env["STRIPE_WEBHOOK_SECRET"].split(",")[0] or "whsec_unused"
    env["PYTHONUNBUFFERED"] = "1"
    return env


def run_everything(env: dict[str, str]) -> int:
    """Start the processes of Procfile.dev, say when they serve, stop them all together."""
    for name in ("PORT", "SANDBOX_PORT"):
        demand_free(name, env[name])
    (ROOT / "instance").mkdir(exist_ok=True)
    manager = Manager()
    procfile = parse_procfile((ROOT / "Procfile.dev").read_text("utf-8"))
    for name, command in procfile.processes.items():
        manager.add_process(name, command, env=env, cwd=str(ROOT))
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    threading.Thread(target=announce, args=(env,), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in STOPPED_BY_HAND else int(manager.returncode or 1)


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
    while not (answers(f"{shop}/healthz") and answers(f"{sandbox}/")):
        if time.monotonic() > deadline:
            return
        time.sleep(0.2)
    print(
        f"\n  Open     {shop}/\n"
        f"  Admin    {shop}/admin/   password: {env['ADMIN_PASSWORD']}\n"
        f"  API      {shop}/api/docs   Authorization: Bearer {env['API_KEYS'].split(',')[0]}\n"
        f"  Sandbox  {sandbox}/   a small Stripe; no money moves\n"
        "  Ctrl-C stops everything.\n",
        flush=True,
    )


def answers(url: str) -> bool:
    """Say whether anything speaks HTTP there, whatever it says."""
    try:
        with _DIRECT.open(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def main() -> int:
    os.chdir(ROOT)
    env = settings()
    if command := sys.argv[1:]:
        os.execvpe(command[0], command, env)
    return run_everything(env)


if __name__ == "__main__":
    sys.exit(main())
