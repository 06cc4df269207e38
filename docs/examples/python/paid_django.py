"""Django: fulfil what is paid. In a project of yours, take the view, and its path into urls.py.

pip install django checkout-service-client
NOTIFY_SECRET=whsec_... SEEN=seen.sqlite3 python3 paid_django.py runserver 9000
"""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from once import once

from checkout_service_client import NotGenuine, verify
from checkout_service_client.shapes import PrivateOrder


@csrf_exempt  # the signature says who sent it
@require_POST
def notifications(request: HttpRequest) -> HttpResponse:
    try:
        event = verify(request.body, request.headers, os.environ["NOTIFY_SECRET"])
    except NotGenuine:
        return HttpResponse(status=400)
    if event["type"] == "order.paid":
        once(request.headers["webhook-id"], fulfil, event["data"]["order"])
    return HttpResponse(status=204)  # anything else, and it comes again


def fulfil(order: PrivateOrder) -> None:
    print("fulfilled", order["id"], flush=True)


urlpatterns = [path("notifications", notifications)]

if __name__ == "__main__":
    settings.configure(
        ROOT_URLCONF=__name__, SECRET_KEY=os.urandom(32).hex(), ALLOWED_HOSTS=["127.0.0.1"]
    )
    execute_from_command_line(sys.argv)
