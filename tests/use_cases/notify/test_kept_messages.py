"""Messages nobody wanted: written before there was a receiver, or of a kind it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from checkout_service.domain.order.settlement import MessageKind
from checkout_service.settings import Settings
from checkout_service.settings.shapes import KINDS
from tests.support.stage import Bought, Stage

Open = Callable[..., Stage]


def paid(stage: Stage) -> Bought:
    bought = stage.buys()
    stage.pays(bought)
    stage.delivers()
    return bought


def begins_to_listen(stage: Stage) -> None:
    """Start the service anew with a NOTIFY_URL."""
    values = dict(stage.settings) | {
        "notify_url": ("https://backend.example/hook",),
        "notify_secret": ("whsec_" + "c2VjcmV0" * 4,),
    }
    stage.settings = Settings.model_construct(**values)
    stage.restart()


def states(stage: Stage) -> list[str]:
    page = stage.use_cases.read_messages.page(limit=100)
    return [message.state for message in reversed(page.messages)]


@pytest.fixture
def deaf() -> Any:
    """A shop without NOTIFY_URL."""
    with Stage(notify_url=None) as opened:
        yield opened


def test_what_is_older_than_the_first_receiver_is_not_sent(deaf: Stage) -> None:
    paid(deaf)
    deaf.advance(60)

    begins_to_listen(deaf)
    deaf.delivers_messages()
    assert deaf.receiver.got == []
    assert states(deaf) == ["kept"]
    newer = paid(deaf)
    deaf.delivers_messages()

    assert [got.body["data"]["order"]["id"] for got in deaf.receiver.got] == [newer.order]
    assert states(deaf) == ["kept", "delivered"]


def test_what_was_kept_is_sent_when_it_is_asked_for(deaf: Stage) -> None:
    paid(deaf)
    deaf.advance(3600)
    since = deaf.now
    later = paid(deaf)
    deaf.advance(60)
    begins_to_listen(deaf)
    deaf.delivers_messages()

    assert deaf.use_cases.deliver_outbox.ask_for(since) == 1
    deaf.delivers_messages()

    assert [got.body["data"]["order"]["id"] for got in deaf.receiver.got] == [later.order]
    assert deaf.use_cases.deliver_outbox.ask_for(0) == 1
    deaf.delivers_messages()
    assert states(deaf) == ["delivered", "delivered"]


def test_a_first_order_is_told_though_the_worker_starts_after_it(stage: Stage) -> None:
    paid(stage)
    stage.advance(60)

    stage.delivers_messages()

    assert len(stage.receiver.got) == 1


def test_a_process_that_knows_of_no_receiver_keeps_nothing_back(deaf: Stage) -> None:
    """A setting that reached the worker alone costs no message but those before it."""
    deaf.delivers_messages()
    deaf.advance(1)
    paid(deaf)

    deaf.delivers_messages()

    assert len(deaf.receiver.got) == 1


def test_only_the_kinds_that_are_wanted_are_sent() -> None:
    with Stage(notify_events="order.refunded") as stage:
        bought = paid(stage)
        stage.refunds(bought, 1000)
        stage.delivers_messages()

        assert [got.body["type"] for got in stage.receiver.got] == ["order.refunded"]
        assert states(stage) == ["kept", "delivered"]
        assert stage.use_cases.deliver_outbox.ask_for(0) == 0
        name = stage.messages(bought, "order.paid")[0]["id"]
        assert stage.use_cases.deliver_outbox.replay(name)
        stage.delivers_messages()
        assert [got.id for got in stage.receiver.got][-1] == name


def test_the_kinds_that_may_be_wanted_are_the_kinds_there_are() -> None:
    assert set(KINDS) == {kind.value for kind in MessageKind}
    assert len(KINDS) == len(set(KINDS))
