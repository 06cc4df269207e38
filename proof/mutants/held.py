"""Mutants of money that is held on a card until it is captured (contract 10)."""

from __future__ import annotations

from .kinds import mutant

HELD = (
    mutant(
        "held-money-is-paid",
        "contract 10",
        (
            "domain.facts.authorised",
            "return replace(reading, hold=None) if reading.hold",
            "return Reading(_A.SUCCEEDED) if reading.hold",
        ),
        leaning="on hold",
    ),
    mutant(
        "what-is-let-go-is-a-refund",
        "contract 10",
        (
            "domain.order.ledger",
            "return [refund for refund in found if refund is not first]",
            "return found",
        ),
        leaning="on hold",
    ),
    mutant(
        "what-was-taken-unseen-is-refunded",
        "contract 10",
        ("domain.facts.authorised", 'if intent.status == "succeeded":', "if False:"),
        leaning="on hold",
        layer="looks",
    ),
    mutant(
        "who-joins-a-capture-or-void-is-forgotten",
        "5",
        (
            "use_cases.refunds.take_money",
            "return money_writes.put_joining(connection, write, under_way, now=self.clock.now())",
            "return under_way",
        ),
        leaning="on hold",
        layer="looks",
    ),
)
