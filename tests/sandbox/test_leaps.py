"""A long leap of the clock: what was due on the way is done in its own time, retries too."""

from __future__ import annotations

from itertools import pairwise

import stripe

from stripe_sandbox.delivery import RETRIES
from tests.sandbox.build import CARD, an_intent
from tests.sandbox.conftest import World
from tests.sandbox.test_subscriptions import a_line_every, sell
from tests.support.merchant import Merchant, Says

DAY = 86_400
FAILS = "pm_card_chargeCustomerFail"


def leap(world: World, seconds: int) -> None:
    world.call("POST", "clock", {"advance": seconds})
    assert world.call("POST", "deliveries/flush") == {"flushed": True}


def test_what_renews_in_a_leap_is_as_old_as_it_was_due(
    client: stripe.StripeClient, world: World
) -> None:
    world.pay(sell(client, a_line_every("day")).id, CARD)
    began = world.call("POST", "clock", {"advance": 0})["now"]

    leap(world, 30 * DAY)

    told = [event["created"] for event in world.events() if event["type"] == "invoice.created"]
    assert len(told) == 31
    assert {after - before for before, after in pairwise(told)} <= {DAY, DAY - 1, DAY + 1}
    for kind in ("invoices", "charges"):
        made = [one["created"] for one in world.raw("GET", f"/v1/{kind}?limit=100").json()["data"]]
        assert len(made) == len(set(made)) == 31
        assert abs(made[0] - began - 30 * DAY) < DAY
    assert world.call("POST", "clock", {"advance": 0})["now"] >= began + 30 * DAY


def test_a_card_that_fails_in_a_leap_is_tried_on_its_days(
    client: stripe.StripeClient, world: World
) -> None:
    name = world.pay(sell(client, a_line_every()).id, CARD)["subscription"]
    client.v1.subscriptions.update(name, params={"default_payment_method": FAILS})

    leap(world, 60 * DAY)

    tried = [one["created"] for one in world.events() if one["type"] == "invoice.payment_failed"]
    assert [round((later - tried[0]) / DAY) for later in tried] == [0, 3, 6, 9]
    ended = client.v1.subscriptions.retrieve(name)
    assert (ended.status, ended.ended_at) == ("canceled", tried[-1])


def test_all_retries_that_were_due_in_a_leap_are_made(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    receiver.says(Says(503))
    an_intent(client)
    leap(world, RETRIES[0] + RETRIES[1] + 1)
    assert len(receiver.got) == 3

    leap(world, 4 * DAY)
    assert len(receiver.got) == 1 + len(RETRIES)


def test_an_event_of_a_leap_is_tried_as_often_as_its_age_allows(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    name = world.pay(sell(client, a_line_every()).id, CARD)["subscription"]
    ends = client.v1.subscriptions.retrieve(name)["items"].data[0].current_period_end
    leap(world, 0)
    receiver.says(Says(503))

    leap(world, ends - world.call("POST", "clock", {"advance": 0})["now"] + 3600)

    (renewed,) = [one for one in world.events() if one["type"] == "invoice.created"][1:]
    tried = world.call("GET", "deliveries")["data"]
    attempts = [row["attempt"] for row in tried if row["event"] == renewed["id"]]
    assert attempts == [1, 2, 3, 4]  # at once, and after 1, 6 and 36 minutes


def test_what_was_mended_in_time_is_sent_no_more(
    client: stripe.StripeClient, world: World, receiver: Merchant, secret: str
) -> None:
    receiver.says(Says(503), Says(503), Says())
    an_intent(client)

    leap(world, 4 * DAY)

    assert len(receiver.got) == 3
    assert client.v1.events.list(params={"delivery_success": False}).data == []
