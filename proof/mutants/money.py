"""Mutants of money: what is asked of Stripe once, what counts, what is held (laws 5, 10, 12)."""

# ruff: noqa: E501, ISC004 - texts of the product stand here as they stand there

from __future__ import annotations

from .kinds import mutant

_NOT_LOOKED_FOR = (
    "use_cases.refunds.write_money",
    "            found = self._look_again(write)",
    "            found = None",
)

MONEY = (
    mutant(
        "a-changed-amount-is-agreed-by-a-look-alone",
        "5",
        ("domain.facts.merge", "stands = view.status in _HAS_ITS_AMOUNT", "stands = False"),
        leaning="changed carts",
        layer="webhooks",
    ),
    mutant(
        "items-change-at-stripe-before-they-are-offered",
        "5",
        (
            "use_cases.checkout.update_items",
            "        offer(connection, order.id, lines)",
            "        del lines",
        ),
        leaning="changed items",
    ),
    mutant(
        "the-cart-is-told-for-what-was-bought",
        "contract 7",
        (
            "storage.ledger.read",
            "bought=shown.bought if shown else (),",
            "bought=(),",
        ),
        leaning="choices",
    ),
    mutant(
        "a-choice-is-another-amount",
        "contract 10",
        (
            "domain.order.ledger",
            "return self.room.paying if self.room else self.opening",
            "return self.opening",
        ),
        leaning="choices",
    ),
    mutant(
        "order-paid-is-told-again",
        "contract 7",
        (
            "domain.order.settlement",
            'if after.fulfilled and not before.fulfilled:\n        yield Message(MessageKind.PAID, "")',
            "if after.fulfilled:\n"
            "        yield Message(MessageKind.PAID, str(len(after.refunds) + len(after.holds)))",
        ),
        leaning="money back",
    ),
    mutant(
        "a1-a-refund-is-asked-again-under-a-new-key",
        "5; A1",
        _NOT_LOOKED_FOR,
        ("use_cases.refunds.write_money", "if not write.lists_show_it(now):", "if False:"),
        (
            "use_cases.refunds.write_money",
            "if error.indeterminate and write.key_is_stuck(self.clock.now()):",
            "if True:",
        ),
        leaning="refunds, bad stripe",
        layer="looks",
    ),
    mutant(
        "every-try-has-a-key-of-its-own",
        "5",
        _NOT_LOOKED_FOR,
        (
            "use_cases.refunds.write_money",
            "idempotency_key=write.key,\n        request_id=write.id,",
            'idempotency_key=f"{write.key}.{write.tries}",\n        request_id=write.id,',
        ),
        leaning="refunds, bad stripe",
        layer="looks",
    ),
    mutant(
        "a2-a-day-later-the-old-key-is-trusted",
        "5; A2",
        _NOT_LOOKED_FOR,
        ("domain.order.money_writes", "KEY_LIFE = 23 * HOUR", "KEY_LIFE = 23_000 * HOUR"),
        leaning="refunds, bad stripe, long",
        layer="looks",
    ),
    mutant(
        "a1-what-is-shown-is-subtracted-twice",
        "5; A1",
        (
            "storage.money_writes",
            "            _w.state.in_((WriteState.ASKED.value, WriteState.QUARANTINED.value)),\n"
            "            _w.nonce != but,\n"
            "            ~shown,",
            "            _w.nonce != but,",
        ),
        leaning="refunds",
    ),
    mutant(
        "unknown-writes-are-never-finished",
        "5",
        (
            "use_cases.sweep.sweep",
            "            self._step(report, self.finish_writes.finish)\n",
            "",
        ),
        leaning="refunds, bad stripe, ends",
        layer="sweep",
    ),
    mutant(
        "the-amount-of-an-intent-is-unread",
        "10",
        (
            "domain.guard",
            "if view.amount != terms.amount_total or not enough:",
            "if False:",
        ),
        leaning="amounts",
    ),
    mutant(
        "the-amount-of-a-session-is-unread",
        "10",
        (
            "domain.guard",
            "if view.amount_subtotal not in due or not _adds_up(terms, view):",
            "if False:",
        ),
        ("domain.guard", "and not _amounts_agree(terms, view):", "and False:"),
        ("domain.guard", "if terms.lines is None or sorted", "if True or sorted"),
        leaning="links, amounts",
    ),
    mutant(
        "a-hold-holds-nothing",
        "12",
        ("domain.derive", "if ledger.active_holds or ledger.status", "if ledger.status"),
        leaning="amounts, ends",
    ),
    mutant(
        "a-released-hold-comes-back",
        "contract 4",
        (
            "domain.holds",
            "if any(hold.name is name and hold.attempt_id == attempt_id for",
            "if any(hold.name is name and not hold.released and hold.attempt_id == attempt_id for",
        ),
        leaning="holds, amounts, ends",
    ),
    mutant(
        "a-second-payment-is-not-held",
        "contract 4",
        (
            "domain.derive",
            "if attempt.id != winner.id and (attempt.ours or _released(ledger, attempt)):",
            "if False:",
        ),
        leaning="links, two tabs",
        layer="all",
    ),
    mutant(
        "a18-a-pending-refund-counts",
        "contract 10; A18",
        (
            "domain.order.ledger",
            'return refund.status == "succeeded"',
            'return refund.status != "failed"',
        ),
        leaning="money back",
    ),
    mutant(
        "a19-a-part-that-is-lost-is-all",
        "contract 10; A19",
        (
            "domain.order.ledger",
            "return min(_lost(self.winner_disputes()), self.amount_paid)",
            "return self.amount_paid if _lost(self.winner_disputes()) else 0",
        ),
        leaning="disputes",
    ),
    mutant(
        "an-open-dispute-is-overlooked",
        "contract 4",
        (
            "domain.derive",
            "if any(dispute.status in DISPUTE_OPEN for dispute in ledger.winner_disputes()):",
            "if False:",
        ),
        leaning="disputes",
    ),
    mutant(
        "a-canceled-order-stays-open-at-stripe",
        "contract 4",
        (
            "use_cases.checkout.cancel_order",
            "for attempt in self._attempts(order_id):\n            self._close",
            "for attempt in ():\n            self._close",
        ),
        ("domain.schedule", "over = ledger.canceled or ledger", "over = ledger"),
        leaning="ends",
    ),
    mutant(
        "money-after-a-cancel-is-not-held",
        "contract 4",
        (
            "domain.derive",
            "    if ledger.canceled:\n        difference",
            "    if False:\n        difference",
        ),
        leaning="ends, delayed",
    ),
    mutant(
        "a10-an-intent-never-ends",
        "7; A10",
        ("domain.schedule", "return end is not None and end <= now", "return False"),
        leaning="long",
    ),
    mutant(
        "reads-have-no-budget",
        "7",
        (
            "storage.leases",
            "return or_(o.reads_window != window, o.reads < most)",
            "return or_(o.reads_window != window, o.reads < most, o.reads >= most)",
        ),
        ("storage.leases", "_LONGEST_REST = 1_024", "_LONGEST_REST = 1"),
        (
            "storage.leases",
            "_RESTS = ((8, 1), (12, 4), (16, 16), (20, 128))",
            "_RESTS = ((8, 1), (9, 1))",
        ),
        leaning="patience",
        layer="polls",
    ),
)
