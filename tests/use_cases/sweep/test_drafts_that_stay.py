"""Law 6: what Stripe does not open is tried ever more rarely, and nobody waits behind it."""

from __future__ import annotations

import pytest

from checkout_service.domain.clock import DAY, HOUR
from checkout_service.domain.errors import StripeUnavailable
from checkout_service.storage.rows import AnyRow
from tests.support.stage import Stage, calling
from tests.support.stage.steps import Step

OPENING = {"checkout_session": "/v1/checkout/sessions", "payment_intent": "/v1/payment_intents"}


def cannot_be_opened(stage: Stage, kind: str, nonce: str = "non_once") -> None:
    with pytest.raises(StripeUnavailable):
        stage.buys(kind=kind, nonce=nonce)


def calls_of(stage: Stage) -> list[tuple[str, str]]:
    """List method and path of every call to Stripe from now on."""
    calls = list[tuple[str, str]]()

    def note(step: Step) -> None:
        if step.call is not None and step.moment == "before":
            calls.append((step.call.method, step.call.path))

    stage.told_of(note)
    return calls


@pytest.mark.parametrize("kind", OPENING)
def test_a_draft_is_tried_with_growing_distance_until_it_is_opened(
    stage_on: Stage, kind: str
) -> None:
    stage = stage_on
    calls = calls_of(stage)
    mend = stage.cuts(calling("POST", OPENING[kind]), times=None)
    cannot_be_opened(stage, kind)

    stage.works(6 * HOUR / 1000, every=60)

    assert 4 < calls.count(("POST", OPENING[kind])) < 50
    mend()
    stage.works(HOUR / 1000, every=60)
    assert [row.state for row in attempts_of(stage)] == ["open"]


@pytest.mark.parametrize("kind", OPENING)
def test_a_draft_that_is_never_opened_has_an_end(stage_on: Stage, kind: str) -> None:
    stage = stage_on
    mend = stage.cuts(calling("POST", OPENING[kind]), times=None)
    cannot_be_opened(stage, kind)

    stage.works(2 * DAY / 1000, every=1_800)

    mend()
    assert [row.state for row in attempts_of(stage)] == ["canceled"]


def test_what_may_be_paid_is_looked_at_before_drafts(stage_on: Stage) -> None:
    stage = stage_on
    calls = calls_of(stage)
    mend = stage.cuts(calling("POST", OPENING["payment_intent"]), times=None)
    for turn in range(3):
        cannot_be_opened(stage, "payment_intent", nonce=f"non_{turn}")
    bought = stage.buys()
    stage.pays(bought)
    stage.drops(*stage.events())
    stage.advance(120)
    calls.clear()

    stage.sweeps()

    opening = [n for n, call in enumerate(calls) if call == ("POST", OPENING["payment_intent"])]
    looks = [n for n, (method, _) in enumerate(calls) if method == "GET"]
    assert opening
    assert stage.order(bought)["status"] == "paid"
    assert min(looks) < min(opening)
    mend()


def attempts_of(stage: Stage) -> list[AnyRow]:
    with stage.parts.database.read() as connection:
        return list(connection.exec_driver_sql("SELECT state, tries FROM attempts"))
