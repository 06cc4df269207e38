"""The product as it is deployed: gunicorn, and the worker if asked, on a database and a Stripe."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.support.databases import KEYS
from tests.support.ports import free_port
from tests.support.processes import Running, answers, run, start

WEBHOOK_SECRET = KEYS["STRIPE_WEBHOOK_SECRET"]
API_KEY = "tests-api-key"
ADMIN_PASSWORD = "tests-admin-password"


@dataclass
class Service:
    """A running product. Stop and start its parts at will; the fixture ends what is left."""

    folder: Path
    env: dict[str, str]
    web: Running | None = None
    workers: list[Running] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['PORT']}"

    @property
    def parts(self) -> list[Running]:
        return [*self.workers, *([self.web] if self.web else [])]

    @property
    def logs(self) -> str:
        return "".join(part.logs for part in self.parts)

    def start_web(self) -> Running:
        """Start gunicorn and wait until it is ready for traffic."""
        bind = f"127.0.0.1:{self.env['PORT']}"
        self.web = start(
            ["gunicorn", "--bind", bind, "wsgi:app"],
            env=self.env,
            log=self.folder / "web.log",
            ready=answers(f"{self.url}/healthz"),
        )
        return self.web

    def start_worker(self) -> Running:
        """Start one more worker."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = start(["flask", "--app", "wsgi", "worker"], env=self.env, log=log)
        self.workers.append(worker)
        return worker

    def flask(self, *command: str) -> str:
        """Run one `flask` command beside the service; return what it printed."""
        return run(["flask", "--app", "wsgi", *command], env=self.env)

    def ask_to_stop(self) -> None:
        for part in self.parts:
            part.ask_to_stop()

    def stop(self) -> None:
        """Stop all parts together, as a host does before it moves the service."""
        self.ask_to_stop()
        try:
            for part in self.parts:
                part.stop()
        finally:
            self.kill()

    def kill(self) -> None:
        for part in self.parts:
            part.kill()


def environment(*, database_url: str, stripe_url: str, port: int | None = None) -> dict[str, str]:
    """Return the settings of a service under test: everything on, brisk, on a free port."""
    port = port or free_port()
    return KEYS | {
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "STRIPE_API_BASE": stripe_url,
        "STRIPE_JS_URL": f"{stripe_url}/stripe.js",
        "API_KEYS": API_KEY,
        "ADMIN_PASSWORD": ADMIN_PASSWORD,
        "CREATE_RATE_LIMIT": "10000 per minute",
        "POLL_RATE_LIMIT": "100000 per minute",
        "SWEEP_INTERVAL_SECONDS": "1",
        "DELIVER_INTERVAL_SECONDS": "0.2",
        "WEB_THREADS": "8",
    }
