"""What the bench sends is what Stripe would send, and what it draws is what it measured."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
import stripe

from bench.bodies import BESIDES, as_stripe_shows, event
from bench.stacked import Cost, stacked

_SHORT = {"id": "cs_test_1", "object": "checkout.session", "amount_total": 2500, "locale": "de"}


def _unknown(told: dict[str, Any], kind: type[stripe.StripeObject]) -> list[str]:
    """Name the fields that an object of the SDK does not have, and those within what it holds."""
    found = [name for name in told if name not in kind.__annotations__]
    for name, inner in kind._inner_class_types.items():
        if isinstance(told.get(name), dict):
            found += _unknown(told[name], inner)
    return found


def test_a_longer_session_has_fields_of_stripes_alone() -> None:
    assert _unknown(BESIDES, stripe.checkout.Session) == []
    assert _unknown({"consent": {"junk": 1}}, stripe.checkout.Session) == ["junk"]


def test_a_longer_session_keeps_what_the_short_one_says() -> None:
    told = as_stripe_shows(_SHORT)

    assert {name: told[name] for name in _SHORT} == _SHORT
    assert told.keys() == _SHORT.keys() | BESIDES.keys()


def test_an_event_is_of_now_and_about_its_object() -> None:
    shown = {"id": "evt_1", "type": "charge.updated", "created": 1, "livemode": False}
    told = json.loads(event(shown, _SHORT, "checkout.session.completed"))

    assert told.pop("id") != "evt_1"
    assert told.pop("created") >= time.time() - 60
    assert told == {
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": _SHORT},
    }


def test_bars_are_as_long_as_what_they_cost() -> None:
    drawn = stacked("CPU", {"webhook": [Cost("ours", 500, 500), Cost("dj-stripe", 3000, 1000)]})
    wide = [float(one) for one in re.findall(r'width="([\d.]+)" height="15"', drawn)]

    assert [one / wide[0] for one in wide] == pytest.approx([1, 1, 6, 2], rel=0.02)
    assert "0.5 + 0.5" in drawn
    assert "3.0 + 1.0" in drawn
