"""Many pages that poll at once hold no thread: who finds the reads spent is told what is known."""

from __future__ import annotations

from tests.support.stage import Stage
from tests.support.stage.steps import Step


def test_pages_that_poll_wait_for_no_turn(stage: Stage) -> None:
    orders = [stage.buys() for _ in range(40)]
    stage.advance(60)
    reads: list[str] = []

    def count(step: Step) -> None:
        if step.call is not None and step.moment == "before":
            reads.append(step.call.path)

    stage.told_of(count)
    before = stage.now

    answers = [stage.returns(bought) for bought in orders]

    assert stage.now == before
    assert {answer.order.status.value for answer in answers} == {"pending"}
    assert 1 <= len(reads) < 10


def test_a_buyer_who_comes_back_waits_for_a_turn(stage: Stage) -> None:
    crowd = [stage.buys() for _ in range(10)]
    mine = stage.buys()
    stage.pays(mine)
    stage.drops()
    stage.advance(60)
    for bought in crowd:
        stage.returns(bought)

    answer = stage.returns(mine, wait=True)

    assert answer.order.status.value == "paid"
