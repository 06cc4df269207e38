"""A claim of a key that the database made, and whose maker never heard of it, holds nobody up."""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from checkout_service.domain.errors import DatabaseUnavailable, IdempotencyInProgress
from checkout_service.storage.tables import orders
from checkout_service.use_cases.checkout.hold_idempotency import HOLD_FOR, Ticket
from tests.support.on_stage import app_on
from tests.support.running_stack import until
from tests.support.stage import Stage, writing
from tests.support.stage.steps import fail_with, lose_database

SCOPE, KEY = "api /orders", "the-clients-own-key-3"
CREATE = "/api/v1/checkout-sessions"
CART = {"items": [{"price": "poster-usd", "quantity": 2}]}
SOON = 10_000  # milliseconds


def connection_lost() -> OperationalError:
    """Make what the driver raises when the connection breaks: whoever writes tries again then."""
    error = OperationalError("COMMIT", {}, Exception("the connection is lost"))
    error.connection_invalidated = True
    return error


def begin(stage: Stage, body: str = "body") -> Ticket:
    hold = stage.use_cases.hold_idempotency
    ticket = hold.begin(scope=SCOPE, key=KEY, fingerprint=body)
    assert isinstance(ticket, Ticket)
    return ticket


def loses_answers(stage: Stage, times: int) -> None:
    """Have the connection break after the next commits, before their writer hears of them."""
    stage.hooks.when(writing("after"), partial(fail_with, connection_lost()), times=times)


@pytest.mark.parametrize("was_used", [False, True], ids=["a new key", "a key that was freed"])
def test_whoever_tries_again_knows_their_own_claim(stage_on: Stage, *, was_used: bool) -> None:
    stage = stage_on
    if was_used:
        stage.use_cases.hold_idempotency.free(begin(stage))
    loses_answers(stage, times=2)

    ticket = begin(stage)

    with pytest.raises(IdempotencyInProgress):
        begin(stage)
    stage.use_cases.hold_idempotency.free(ticket)
    assert begin(stage).nonce == ticket.nonce


@pytest.mark.parametrize("was_used", [False, True], ids=["a new key", "a key that was freed"])
def test_nobody_takes_anothers_claim_of_the_same_moment_for_their_own(
    stage_on: Stage, *, was_used: bool
) -> None:
    """The first try of one breaks, and before the second another claims the key."""
    stage = stage_on
    if was_used:
        stage.use_cases.hold_idempotency.free(begin(stage))
    won: list[Ticket] = []

    def other() -> None:
        won.append(begin(stage))
        raise connection_lost()

    stage.hooks.when(writing("begins"), other, times=1)
    began = stage.now

    with pytest.raises(IdempotencyInProgress):
        begin(stage)

    assert won[0].claim.until == began + HOLD_FOR


def is_served(client: FlaskClient) -> bool:
    return client.post(CREATE, json=CART, headers={"Idempotency-Key": KEY}).status_code == 201


def orders_of(stage: Stage) -> int:
    with stage.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(orders)).scalar_one()


@pytest.fixture
def client(stage_on: Stage, tmp_path: Path) -> FlaskClient:
    return app_on(stage_on, tmp_path).test_client()


@pytest.mark.parametrize("was_used", [False, True], ids=["a new key", "a key that was freed"])
def test_a_key_whose_claim_was_not_heard_of_is_served_once_the_database_is_back(
    stage_on: Stage, client: FlaskClient, *, was_used: bool
) -> None:
    stage = stage_on
    if was_used:
        mend = stage.fails(lambda step: step.call is not None, ConnectionResetError())
        assert not is_served(client)
        mend()
    began = stage.now
    stage.loses_database(writing("after"), times=1)
    away = stage.loses_database(writing("begins"))

    first = client.post(CREATE, json=CART, headers={"Idempotency-Key": KEY})
    away()

    assert first.status_code == 503
    until(lambda: is_served(client), what="a session")
    assert stage.now - began < SOON
    assert orders_of(stage) == 1


@pytest.mark.parametrize("seed", range(6))
def test_two_clients_with_one_key_make_one_order_while_the_database_flaps(
    stage_on: Stage, client: FlaskClient, seed: int
) -> None:
    """Each asks while the other does, and at random writes are lost, heard of or not."""
    stage, chance = stage_on, random.Random(seed)
    flaps = stage.hooks.when(
        lambda step: step.is_write and chance.random() < 0.15,
        lambda: lose_database() if chance.random() < 0.5 else fail_with(connection_lost()),
        times=None,
    )
    for _ in range(8):
        stage.meanwhile(
            lambda step: (
                step.moment == chance.choice(("begins", "after"))
                and not stage._deciding
                and chance.random() < 0.3
            ),
            lambda: is_served(client),
        )
        with suppress(DatabaseUnavailable):
            is_served(client)
    flaps()

    until(lambda: is_served(client), what="a session")
    assert orders_of(stage) == 1
    opened = {call.answer["id"] for call in stage.writes("/v1/checkout/sessions") if call.answer}
    assert len(opened) == 1
