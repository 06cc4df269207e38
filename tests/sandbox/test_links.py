"""Payment Links: over the API, by the control route, and as the page a buyer opens."""

from __future__ import annotations

from typing import Any, cast

import pytest
import requests
import stripe

from tests.sandbox.build import a_line
from tests.sandbox.conftest import World

BACK = "https://shop.test/links/return?session_id={CHECKOUT_SESSION_ID}"


def a_link(client: stripe.StripeClient, **more: Any) -> stripe.PaymentLink:
    params = {
        "line_items": [a_line(1200)],
        "after_completion": {"type": "redirect", "redirect": {"url": BACK}},
        "metadata": {"shop": "tests"},
        **more,
    }
    return client.v1.payment_links.create(params=cast(Any, params))


def open_page(world: World, link: stripe.PaymentLink, query: str = "") -> requests.Response:
    return world.raw("GET", link.url.removeprefix(world.url) + query)


def session_at(client: stripe.StripeClient, answer: requests.Response) -> Any:
    return client.v1.checkout.sessions.retrieve(answer.headers["Location"].rsplit("/", 1)[1])


def test_a_link_sells_again_and_again(client: stripe.StripeClient, world: World) -> None:
    link = a_link(client)

    sessions = [session_at(client, open_page(world, link)) for _ in range(2)]

    assert sessions[0].id != sessions[1].id
    assert {session.payment_link for session in sessions} == {link.id}
    assert sessions[0].metadata["shop"] == "tests"
    items = client.v1.payment_links.line_items.list(link.id).data
    assert [item.amount_total for item in items] == [1200]
    paid = world.pay(sessions[0].id)
    listed = client.v1.checkout.sessions.list(
        params={"payment_link": link.id, "status": "complete"}
    )
    assert [found.id for found in listed.data] == [paid["id"]]


@pytest.mark.parametrize(
    ("reference", "kept"),
    [
        ("ref_1-A", "ref_1-A"),
        ("x" * 200, "x" * 200),
        ("x" * 201, None),
        ("two words", None),
        ("a.b", None),
        ("", None),
        ("é", None),
    ],
)
def test_a_reference_of_the_wrong_shape_is_dropped_silently(
    client: stripe.StripeClient, world: World, reference: str, kept: str | None
) -> None:
    link = a_link(client)

    answer = world.raw(
        "GET", link.url.removeprefix(world.url), params={"client_reference_id": reference}
    )

    assert answer.status_code == 303
    assert session_at(client, answer).client_reference_id == kept


def test_the_control_route_pays_through_a_link(client: stripe.StripeClient, world: World) -> None:
    link = a_link(client)

    paid = world.call(
        "POST",
        f"payment_links/{link.id}/pay",
        {"payment_method": "pm_card_visa", "client_reference_id": "ref_1"},
    )

    assert (paid["payment_status"], paid["client_reference_id"]) == ("paid", "ref_1")
    assert paid["payment_link"] == link.id
    assert paid["success_url"] == BACK


def test_an_inactive_link_takes_nothing(client: stripe.StripeClient, world: World) -> None:
    link = a_link(client)
    client.v1.payment_links.update(
        link.id, params={"active": False, "inactive_message": "Sold out."}
    )

    page = open_page(world, link)

    assert page.status_code == 410
    assert "Sold out." in page.text
    with pytest.raises(requests.HTTPError):
        world.call("POST", f"payment_links/{link.id}/pay", {})
    assert [one.id for one in client.v1.payment_links.list(params={"active": False}).data] == [
        link.id
    ]
    assert client.v1.payment_links.list(params={"active": True}).data == []


def test_a_link_closes_at_its_limit(client: stripe.StripeClient, world: World) -> None:
    link = a_link(client, restrictions={"completed_sessions": {"limit": 2}})
    early = session_at(client, open_page(world, link))
    for _ in range(2):
        world.call("POST", f"payment_links/{link.id}/pay", {"payment_method": "pm_card_visa"})

    found = client.v1.payment_links.retrieve(link.id)
    assert found.restrictions is not None
    assert found.restrictions.completed_sessions.count == 2
    assert open_page(world, link).status_code == 410
    with pytest.raises(requests.HTTPError):
        world.pay(early.id)


def test_a_link_may_say_thank_you_itself(client: stripe.StripeClient, world: World) -> None:
    link = a_link(client, after_completion={"type": "hosted_confirmation"})
    session = session_at(client, open_page(world, link))

    page = world.raw(
        "POST",
        f"/c/pay/{session.id}",
        data={"email": "a@b.test", "method": "card", "number": "4242424242424242"},
    )

    assert page.status_code == 200
    assert "Thank you" in page.text


@pytest.mark.parametrize(
    "params",
    [
        {"line_items": []},
        {"after_completion": {"type": "redirect", "redirect": {"url": "shop"}}},
        {"surprise": 1},
    ],
)
def test_a_wrong_link_is_refused(client: stripe.StripeClient, params: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        a_link(client, **params)


def test_an_unknown_link_is_a_page_that_says_so(world: World) -> None:
    assert world.raw("GET", "/b/nothing").status_code == 404
