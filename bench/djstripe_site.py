"""dj-stripe as its documentation sets it up, in one file.

`python -m bench.djstripe_site` makes its tables, and the endpoint that Stripe would know.
"""

from __future__ import annotations

import os
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

_at = urlsplit(os.environ["PEER_DATABASE"])
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "djstripe"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _at.path.strip("/"),
            "USER": _at.username,
            "HOST": parse_qs(_at.query)["host"][0],
            "CONN_MAX_AGE": 600,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STRIPE_TEST_SECRET_KEY="sk_test_" + 24 * "1",
    STRIPE_API_HOST=os.environ["STRIPE_API_BASE"],
    STRIPE_LIVE_MODE=False,
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    USE_TZ=True,
)
django.setup()


def healthz(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("healthz", healthz), path("stripe/", include("djstripe.urls"))]

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the settings

application = get_wsgi_application()


def _prepare() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - a server needs none of it
    from djstripe.models import WebhookEndpoint  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0)
    WebhookEndpoint.objects.create(
        id="we_bench",
        djstripe_uuid=UUID(int=1),
        secret=os.environ["STRIPE_WEBHOOK_SECRET"],
        url="https://shop.example/stripe",
        enabled_events=["*"],
        livemode=False,
        status="enabled",
    )


if __name__ == "__main__":
    _prepare()
