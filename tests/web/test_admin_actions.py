"""What a person does in the admin: resent, released, tried again, each once and written down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from checkout_service.storage.tables import outbox_messages
from tests.support.admin import (
    add_event,
    add_message,
    add_order,
    add_write,
    admin_app,
    database_of,
    kept_form,
    press,
    signed_in,
)

# What differs between databases is shown in storage, and by the admin's other pages.
SHORT_ON = "sqlite"


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    made = admin_app(database_url)
    yield made
    database_of(made).engine.dispose()


def test_a_notification_is_resent_once_for_one_press(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app)
    message_id = add_message(app, order_id)
    path = f"/admin/messages/{message_id}/resend"
    nonce = "non_" + "a" * 24
    assert press(client, path, nonce=nonce).status_code == 303
    _make_dead(app)
    assert press(client, path, nonce=nonce).status_code == 303
    message = app.extensions["checkout_service"].read_messages.detail(message_id).message
    assert message.state == "dead"
    entries = app.extensions["checkout_service"].admin.audit.page().entries
    acts = [entry for entry in entries if entry.action == "messages.resend"]
    assert [(entry.outcome, entry.subject) for entry in acts] == [("done", message_id)]


def _make_dead(app: Flask) -> None:
    database_of(app).write(
        lambda c: c.execute(outbox_messages.update().values(state="dead", next_at=None))
    )


def test_what_is_refused_is_said_and_written_down(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, status="pending", amount_paid=0)
    answer = press(client, f"/admin/orders/{order_id}/refund", what="rest")
    assert answer.status_code == 409
    assert "no payment on this order" in answer.text
    for amount in ("1.234", "-1", "1e5", "0x10", "٣", "1,000.00", "9" * 30):
        path = f"/admin/orders/{add_order(app)}/refund"
        assert press(client, path, amount=amount).status_code == 422
    entry = app.extensions["checkout_service"].admin.audit.page(order_id=order_id).entries[0]
    assert (entry.action, entry.outcome) == ("orders.refund", "refused")
    assert client.post(f"/admin/orders/{order_id}/refund", data={}).status_code == 403
    assert press(client, f"/admin/orders/{order_id}/refund", nonce="x").status_code == 422


def test_a_stripe_that_does_not_answer_leaves_the_same_form(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app)
    nonce = "non_" + "b" * 24
    answer = press(client, f"/admin/orders/{order_id}/refund", what="rest", nonce=nonce)
    assert answer.status_code == 503
    assert nonce in answer.text
    form = kept_form(answer.text) | {"what": "rest"}
    again = client.post(f"/admin/orders/{order_id}/refund", data=form)
    assert again.status_code == 503  # asked again, under the same nonce
    entries = app.extensions["checkout_service"].admin.audit.page(order_id=order_id).entries
    assert [entry.outcome for entry in entries] == ["unknown"]


def test_a_hold_is_released_by_a_person(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, holds="amount_mismatch", has_more=True)
    answer = press(client, f"/admin/orders/{order_id}/release", hold="amount_mismatch")
    assert answer.status_code == 303
    assert app.extensions["checkout_service"].read_orders.view(order_id).holds == ()
    assert press(client, f"/admin/orders/{order_id}/release", hold="x").status_code == 404


def test_the_hold_that_is_released_is_the_forms_or_the_addresss(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, holds="amount_mismatch", has_more=True)
    page = f"/admin/orders/{order_id}/release"

    unnamed = press(client, page)

    assert unnamed.status_code == 422
    assert "hoose which hold is released" in unnamed.text
    assert press(client, f"{page}?hold=amount_mismatch").status_code == 303
    shown = client.get(f"/admin/orders/{order_id}").text
    assert "The hold (amount mismatch) is released" in shown


def test_what_is_in_quarantine_is_counted_named_and_tried_again_once(app: Flask) -> None:
    client = signed_in(app)
    lost = add_order(
        app, status="pending", amount_paid=0, quarantined_at=1, look_error="resource_missing"
    )
    event = add_event(app, state="quarantined", last_error="KeyError")
    write = add_write(app, add_order(app), state="quarantined", next_at=None, last_error="lost")

    overview, listed = client.get("/admin/").text, client.get("/admin/quarantine").text

    assert "<strong>3</strong> in quarantine" in overview
    assert "1 order</span>" in overview
    assert "keys of another account" in listed
    assert "refund: lost" in listed
    for name in (lost, event, write):
        assert f"/admin/quarantine/{name}/retry" in listed
    asking = client.get(f"/admin/quarantine/{lost}/retry").text
    assert "keys of another account" in asking
    assert press(client, f"/admin/quarantine/{lost}/retry").status_code == 303
    assert press(client, f"/admin/quarantine/{write}/retry").status_code == 303
    assert client.get(f"/admin/quarantine/{lost}/retry").status_code == 404
    assert client.get("/admin/quarantine/ord_nothing/retry").status_code == 404
    left = app.extensions["checkout_service"].quarantine.list()
    assert [item.id for item in left] == [event]
    acts = app.extensions["checkout_service"].admin.audit.page(order_id=lost).entries
    assert [(act.action, act.subject, act.outcome) for act in acts] == [
        ("quarantine.retry", lost, "done")
    ]


def test_an_event_in_quarantine_is_taken_in_at_once(app: Flask) -> None:
    client = signed_in(app)
    event = add_event(app, state="quarantined", last_error="KeyError")

    press(client, f"/admin/quarantine/{event}/retry")

    said = client.get("/admin/quarantine").text
    assert "It failed again (" in said  # its body is no event of Stripe's
    assert "and is quarantined." in said


def test_whoever_releases_is_advised_and_may_write_down_why(app: Flask) -> None:
    client = signed_in(app)
    order_id = add_order(app, holds="amount_mismatch", has_more=True)
    page = f"/admin/orders/{order_id}"

    asked = client.get(f"{page}/release?hold=amount_mismatch").text
    assert "The amount paid is not the order" in asked
    assert "if you take this amount for these goods; else give it back." in asked
    card = press(client, f"{page}/release", hold="amount_mismatch", note="4242 4242 4242 4242")
    assert card.status_code == 422
    assert "tag-released" not in client.get(page).text
    press(client, f"{page}/release", hold="amount_mismatch", note="The tip, said Jane.")

    seen = client.get(page).text
    assert "tag-released" in seen
    assert "The tip, said Jane." in seen
    assert "what_to_do" not in seen


def test_nothing_is_offered_back_of_what_nobody_paid(app: Flask) -> None:
    order_id = add_order(app, status="pending", amount_paid=0)

    page = signed_in(app).get(f"/admin/orders/{order_id}/refund").text

    assert "There is no payment on this order to give back." in page
