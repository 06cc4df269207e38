"""The v2 API knows its fields as the first one does: what it does not know is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.nearby import Json, Nearby

KEY = {"Authorization": "Bearer sk_test_1"}
HOME = "/v2/core/event_destinations"
GOOD: Json = {
    "name": "thin", "type": "webhook_endpoint", "event_payload": "thin",
    "enabled_events": ["v1.checkout.session.completed"],
    "webhook_endpoint": {"url": "http://shop.test/thin"},
}  # fmt: skip


def asked(near: Nearby, method: str, path: str, **more: Any) -> tuple[int, Json]:
    answer = near.app.test_client().open(path, method=method, headers=KEY, **more)
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"foo": 1}, "foo"),
        ({"webhook_endpoint": {"url": "http://shop.test", "foo": 1}}, "webhook_endpoint.foo"),
        ({"events_from": ["other_accounts"]}, "events_from"),
        ({"snapshot_api_version": "zz"}, "snapshot_api_version"),
        ({"include": ["zz"]}, "include"),
        ({"name": None}, "name"),
        ({"description": 7}, "description"),
        ({"metadata": {"a": 7}}, "metadata[a]"),
        ({"enabled_events": ["nope"]}, "enabled_events"),
        ({"enabled_events": ["v1.foo"]}, "enabled_events"),
        ({"enabled_events": ["charge.succeeded"]}, "enabled_events"),
        ({"enabled_events": []}, "enabled_events"),
    ],
)
def test_a_destination_takes_no_field_that_it_does_not_know(
    near: Nearby, change: Json, param: str
) -> None:
    status, body = asked(near, "POST", HOME, json=GOOD | change)
    assert (status, body["error"]["param"]) == (400, param)

    made = asked(near, "POST", HOME, json=GOOD)[1]["id"]
    status, body = asked(near, "POST", f"{HOME}/{made}", json=change)
    assert (status, body["error"]["param"]) == (400, param)


def test_a_destination_has_a_name(near: Nearby) -> None:
    status, body = asked(near, "POST", HOME, json={**GOOD, "name": ""})
    nameless = asked(near, "POST", HOME, json={k: v for k, v in GOOD.items() if k != "name"})

    assert (status, body["error"]["param"]) == (400, "name")
    assert nameless[1]["error"]["code"] == "parameter_missing"


def test_destinations_come_in_pages(near: Nearby) -> None:
    made = [asked(near, "POST", HOME, json=GOOD)[1]["id"] for _ in range(3)]
    seen: list[str] = []
    path: str | None = f"{HOME}?limit=2"

    while path:
        page = asked(near, "GET", path)[1]
        assert len(page["data"]) <= 2
        seen += [one["id"] for one in page["data"]]
        path = page["next_page_url"]

    assert seen == made[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=101", "foo=0", "include[0]=zz", "page=no"]
)
def test_a_query_of_v2_is_read_whole(near: Nearby, query: str) -> None:
    assert asked(near, "GET", f"{HOME}?{query}")[0] == 400
    if "include" not in query:
        assert asked(near, "GET", f"/v2/core/events?object_id=cs_1&{query}")[0] == 400


@pytest.mark.parametrize("path", [f"{HOME}/ed_1/ping", "/v2/core/accounts", "/v2/x"])
def test_a_path_of_v2_that_is_not_there_is_told_in_stripes_words(near: Nearby, path: str) -> None:
    status, body = asked(near, "POST", path, json={})

    assert (status, body["error"]["message"][:24]) == (404, "Unrecognized request URL")
