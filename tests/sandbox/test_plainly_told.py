"""What is told and asked in plain words: what an object was, and controls without effect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Nearby


def test_an_event_tells_of_each_key_what_it_was(near: Nearby) -> None:
    made = near.do("POST", "customers", metadata={"kept": "1", "other": "a"})

    near.do("POST", f"customers/{made['id']}", metadata={"new": "2", "other": "b"})

    told = near.do("GET", "events", type="customer.updated")["data"][0]["data"]
    assert told["previous_attributes"] == {"metadata": {"new": None, "other": "a"}}
    assert told["object"]["metadata"] == {"kept": "1", "other": "b", "new": "2"}


@pytest.mark.parametrize("off", [{"percent_off": 10}, {"amount_off": 100}])
def test_a_coupon_names_a_currency_that_is_one(near: Nearby, off: Any) -> None:
    asked = {"duration": "once", "currency": "zzq", **off}

    assert near.refused("POST", "coupons", **asked) == (None, "currency")


@pytest.mark.parametrize(("body", "code"), [({}, "parameter_missing"), ({"advance": -5}, None)])
def test_the_clock_goes_on_and_says_how_far(near: Nearby, body: Any, code: str | None) -> None:
    answer = near.app.test_client().post("/_sandbox/clock", json=body)

    error = answer.get_json()["error"]
    assert (answer.status_code, error.get("code"), error["param"]) == (400, code, "advance")


@pytest.mark.parametrize(
    "path", ["clock?advance=5", "reset?now=1", "disputes/du_1/close?status=won"]
)
def test_a_control_reads_its_body_alone(near: Nearby, path: str) -> None:
    answer = near.app.test_client().post(f"/_sandbox/{path}")

    assert answer.get_json()["error"]["code"] == "parameter_unknown"
