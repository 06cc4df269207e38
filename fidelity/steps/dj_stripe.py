"""dj-stripe: each of its models is synchronised, then each event arrives and ends in a table.

The first day's objects come by its management command alone, the second day's by webhooks alone.
Every row is then held against what the API says of it.
"""

from __future__ import annotations

import io
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import stripe
from django.apps import apps
from django.core.management import call_command, load_command_class

from fidelity.steps.busy_day import busy_day
from fidelity.steps.django_project import Letter, Mailbox, hand_in, project
from fidelity.steps.shop import Shop
from fidelity.steps.taking import check, take

KEY = "sk_test_" + 24 * "1"
# AccountV2 asks Stripe itself, whatever host dj-stripe was given; it is left out.
ELSEWHERE = {"AccountV2"}
EMPTY = {"Feature", "Payout", "Review", "SubscriptionSchedule", "TaxRate"}  # nobody makes any here
# Its models without a handler of webhooks: only a synchronisation fills their tables.
BY_SYNC = {"EarlyFraudWarning", "Event", "Refund", "WebhookEndpoint"}


def main() -> None:
    """Take the steps and say what became of each."""
    sandbox = os.environ["SANDBOX"]
    api = {"STRIPE_API_HOST": sandbox, "STRIPE_TEST_SECRET_KEY": KEY}
    project("stripe/", "djstripe.urls", ("djstripe",), **api, DJSTRIPE_FOREIGN_KEY_TO_FIELD="id")
    shop = Shop(stripe.StripeClient(KEY, base_addresses={"api": sandbox}))
    take("a day", lambda: _day(shop))
    take("an endpoint", shop.endpoint)
    for model in _models():
        named = f"sync {model.__name__}" + (", empty" if model.__name__ in EMPTY else "")
        take(named, lambda model=model: _sync(model))  # type: ignore[misc]
    box = Mailbox()
    door = _register(shop, box)
    take("a day with webhooks", lambda: _day(shop))
    for kind, letters in _arrived(shop, box).items():
        take(f"event {kind}", lambda some=letters: _arrive(door, some))  # type: ignore[misc]
    for kind, things in _told_of(box.letters).items():
        take(f"rows of {kind}", lambda some=things, kind=kind: _stored(kind, some))  # type: ignore[misc]
    letter = box.letters[0]
    take("a forged event", lambda: _refused(hand_in(door, letter.body, "t=1,v1=00")))
    take("an event without a signature", lambda: _refused(hand_in(door, letter.body, None)))
    print("done")


def _day(shop: Shop) -> None:
    wrong: list[str] = []
    busy_day(shop, lambda hour, error: wrong.append(f"{hour}: {error}"))
    check(not wrong, "; ".join(wrong))


def _model(name: str) -> Any:
    return apps.get_model("djstripe", name)


def _models() -> Iterator[Any]:
    """Name the models that the command itself would synchronise."""
    command: Any = load_command_class("djstripe", "djstripe_sync_models")
    for model in apps.get_app_config("djstripe").get_models():
        if command._should_sync_model(model)[0] and model.__name__ not in ELSEWHERE:  # noqa: SLF001
            yield model


def _sync(model: Any) -> None:
    """Let the command fetch all of one model, and compare every row of it."""
    said, wrong = io.StringIO(), io.StringIO()
    call_command("djstripe_sync_models", model.__name__, api_keys=[KEY], stdout=said, stderr=wrong)
    check(not wrong.getvalue(), wrong.getvalue())
    check(model.objects.count() or model.__name__ in EMPTY, "nothing came")
    for row in model.objects.all():
        _compare(row, _line if model.__name__ == "LineItem" else _asked)


def _register(shop: Shop, box: Mailbox) -> str:
    """Register the endpoint, tell dj-stripe of it, and return its path in the project."""
    params = {"url": box.url, "enabled_events": ["*"]}
    told = shop.api.webhook_endpoints.create(params=params)
    endpoint = _model("WebhookEndpoint").sync_from_stripe_data(told, api_key=KEY)
    return f"/stripe/webhook/{endpoint.djstripe_uuid}/"


def _arrived(shop: Shop, box: Mailbox) -> dict[str, list[Letter]]:
    """Return what was delivered by kind, once everything was that was sent to the endpoint."""
    since = shop.api.webhook_endpoints.list(params={"limit": 1}).data[0].created
    asked = {"created": {"gte": since}, "limit": 100}
    for event in shop.api.events.list(params=asked).auto_paging_iter():
        box.wait_for(event.id)
    kinds: dict[str, list[Letter]] = defaultdict(list)
    for letter in box.letters:
        kinds[json.loads(letter.body)["type"]].append(letter)
    return dict(sorted(kinds.items()))


def _arrive(door: str, letters: list[Letter]) -> None:
    """Hand all events of a kind in; each is recorded as it was sent."""
    for letter in letters:
        wrong = hand_in(door, *letter)
        check(wrong is None, str(wrong))
        event = json.loads(letter.body)
        check(_model("Event").objects.get(id=event["id"]).data == event["data"], "another event")


def _refused(answer: str | None) -> None:
    check(answer == "400", f"the answer is {answer}")


def _told_of(letters: list[Letter]) -> dict[str, set[str]]:
    """Name the objects that events told of, by the model that keeps them."""
    models = {one.stripe_class.OBJECT_NAME: one.__name__ for one in _models()}
    told: dict[str, set[str]] = defaultdict(set)
    for letter in letters:
        thing = json.loads(letter.body)["data"]["object"]
        name = models.get(thing["object"])
        if name and name not in BY_SYNC:
            told[name].add(thing["id"])
    return dict(sorted(told.items()))


def _stored(name: str, things: set[str]) -> None:
    """Hold the row of each object against the API; what is gone here is gone there."""
    model = _model(name)
    for row in model.objects.filter(id__in=things):
        _compare(row, _asked)
    for gone in things - set(model.objects.values_list("id", flat=True)):
        try:
            told = _asked(model(id=gone))
        except stripe.InvalidRequestError:
            continue
        check(told.get("deleted"), f"{gone} is in no table")


def _asked(row: Any) -> Any:
    return json.loads(str(row.api_retrieve(api_key=KEY)))


def _line(row: Any) -> Any:
    """Find a line in its invoice: Stripe has no address for it."""
    invoice = row.stripe_data["invoice"]
    lines = stripe.Invoice.list_lines(invoice, api_key=KEY, expand=["data.discounts"])
    return json.loads(str(next(one for one in lines.data if one.id == row.id)))


def _compare(row: Any, ask: Callable[[Any], Any]) -> None:
    """Hold a row, and what it keeps of the API's answer, against a fresh answer."""
    told = ask(row)
    for name, value in told.items():
        kept = row.stripe_data.get(name)
        check(_same(kept, value), f"{row.id} {name} is {kept}, not {value}")
    for field in row._meta.concrete_fields:  # noqa: SLF001
        value = told.get(field.name)
        if isinstance(value, str) and not field.primary_key:
            kept = str(getattr(row, field.attname))
            check(kept == value, f"{row.id} {field.name} is {kept}, not {value}")


def _same(kept: Any, told: Any) -> bool:
    """Say whether two values are one; what is expanded in one may be an id in the other."""
    if isinstance(kept, dict) and isinstance(told, str):
        return kept.get("id") == told
    if isinstance(told, dict) and isinstance(kept, str):
        return told.get("id") == kept
    if isinstance(kept, dict) and isinstance(told, dict):
        return all(_same(kept.get(name), value) for name, value in told.items())
    if isinstance(kept, list) and isinstance(told, list):
        return len(kept) == len(told) and all(map(_same, kept, told))
    return bool(kept == told)


if __name__ == "__main__":
    main()
