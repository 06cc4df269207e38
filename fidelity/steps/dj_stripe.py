"""dj-stripe: signed webhooks of every kind are stored, and every model is synchronised."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
import uuid
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import stripe
from django.conf import settings
from django.core.management import call_command

SANDBOX, KEY = os.environ["SANDBOX"], "sk_test_" + 24 * "1"
DATABASE = Path("dj_stripe.sqlite3").resolve()
_PATIENCE = 120  # seconds for the events of the day to arrive
_QUIET = 15

DATABASE.unlink(missing_ok=True)
settings.configure(
    SECRET_KEY="for-this-run-alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "OPTIONS": {"timeout": 120},
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "djstripe",
    ],
    # Its tables as they are today: its migrations from the first one take minutes.
    MIGRATION_MODULES=dict.fromkeys(("auth", "contenttypes", "sessions", "djstripe")),
    ROOT_URLCONF="dj_stripe_urls",
    USE_TZ=True,
    STRIPE_TEST_SECRET_KEY=KEY,
    STRIPE_LIVE_MODE=False,
    STRIPE_API_HOST=SANDBOX,
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    LOGGING_CONFIG=None,
)
django.setup()

from django.core.wsgi import get_wsgi_application
from djstripe import models
from djstripe.management.commands import djstripe_sync_models

from stripe_python import steps


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def serve() -> str:
    """Have dj-stripe listen; return the address of its webhook, known to both sides."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    name = uuid.uuid4()
    url = f"http://127.0.0.1:{server.server_port}/stripe/webhook/{name}/"
    made = stripe.WebhookEndpoint.create(
        api_key=KEY, url=url, enabled_events=["*"], metadata={"djstripe_uuid": str(name)}
    )
    models.WebhookEndpoint.sync_from_stripe_data(made, api_key=KEY)
    return url


def a_day() -> None:
    """Make every call of a shop; what fails here is told by another piece of software."""
    client = stripe.StripeClient(KEY, base_addresses={"api": SANDBOX})
    for _, take in steps(client):
        with contextlib.suppress(Exception):
            take()


def wait() -> None:
    """Wait until no more events come."""
    end, seen, since = time.monotonic() + _PATIENCE, -1, time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < _QUIET:
        count = models.WebhookEventTrigger.objects.count()
        if count != seen:
            seen, since = count, time.monotonic()
        time.sleep(0.2)


def tell(step: str, why: str | None) -> None:
    print(f"ok {step}" if why is None else f"not ok {step}: {' '.join(why.split())}", flush=True)


def tell_of_webhooks() -> None:
    """Tell by kind of event whether all were verified, stored and understood."""
    wrong: dict[str, str | None] = {}
    for trigger in models.WebhookEventTrigger.objects.order_by("id"):
        kind = trigger.json_body.get("type", "?")
        why = None
        if not trigger.valid or trigger.exception or not trigger.processed:
            why = trigger.exception or f"valid: {trigger.valid}, processed: {trigger.processed}"
        wrong[kind] = wrong.get(kind) or why
    for kind in sorted(wrong):
        tell(f"webhook {kind}", wrong[kind])


def tell_of_syncing() -> None:
    """Tell by model whether all of Stripe's objects of its kind were taken over."""
    command = djstripe_sync_models.Command(stdout=io.StringIO(), stderr=io.StringIO())
    for model in django.apps.apps.get_app_config("djstripe").get_models():
        wanted, _ = command._should_sync_model(model)  # noqa: SLF001 - it has no other door
        if not wanted:
            continue
        command.stderr = type(command.stderr)(io.StringIO())
        done = command.sync_model(model, api_key=KEY)
        said = command.stderr._out.getvalue()  # noqa: SLF001
        tell(f"sync {model.__name__}", None if done else said or "it failed")


def main() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    serve()
    a_day()
    wait()
    tell_of_webhooks()
    tell_of_syncing()
    print("done")


if __name__ == "__main__":
    main()
