"""Mutants of machines: leases, positions, the outbox, what one bad item may cost (laws 6 and 7)."""

# ruff: noqa: E501, ISC004 - texts of the product stand here as they stand there

from __future__ import annotations

from .kinds import mutant

MACHINES = (
    mutant(
        "check-then-act",
        "the database decides races",
        (
            "use_cases.settle.settle_order",
            "        settlement = self.database.write_at_once(lambda c: self._at_once(c, case))",
            "        with self.database.read() as c:\n"
            "            early = load_ledger(c, case.order_id, lock=False)\n"
            "        settlement = self.database.write_at_once(lambda c: self._at_once(c, case, early))",
        ),
        (
            "use_cases.settle.settle_order",
            "def _at_once(self, connection: Transaction, case: Case) ->",
            "def _at_once(self, connection, case, loaded) ->",
        ),
        (
            "use_cases.settle.settle_order",
            "        loaded = load_ledger(connection, case.order_id, lock=False)\n        if loaded is None:\n            raise NotFound\n        settlement, writing = self._everyday",
            "        if loaded is None:\n            raise NotFound\n        settlement, writing = self._everyday",
        ),
        (
            "storage.ledger.write",
            'orders.c.version == bindparam("b_version"))',
            'orders.c.version >= bindparam("b_version"))',
        ),
        leaning="races",
        layer="webhooks",
    ),
    mutant(
        "acknowledged-before-it-is-written",
        "contract 6",
        (
            "use_cases.settle.receive_event",
            "        except DatabaseUnavailable:\n            raise\n        except Exception as error:\n            # A rule",
            "        except DatabaseUnavailable:\n            return\n        except Exception as error:\n            # A rule",
        ),
        leaning="crashes",
        layer="webhooks",
    ),
    mutant(
        "outbox-outside",
        "outbox with the change",
        (
            "storage.ledger.write",
            "    _write_messages(connection, writing.messages)\n    return 1",
            "    LATER.extend(writing.messages)\n    return 1\n\n\nLATER: list[Row] = []",
        ),
        (
            "storage.database",
            "        self._watch(Write.COMMITTED)\n        self._ring(message)\n        return done",
            "        from checkout_service.storage.ledger import write\n"
            "        rows, write.LATER[:] = list(write.LATER), []\n"
            "        self._watch(Write.COMMITTED)\n"
            "        with self.engine.begin() as after:\n"
            "            write._write_messages(after, rows)\n"
            "        return done",
        ),
        leaning="crashes",
    ),
    mutant(
        "one-bad-item-stops-the-sweep",
        "6",
        (
            "use_cases.sweep.isolation",
            "or is_everybodys(error):\n",
            "or True:\n",
        ),
        leaning="lost keys",
        layer="looks",
    ),
    mutant(
        "bookmark-first",
        "6",
        (
            "use_cases.sweep.sweep",
            "        newest = self.read_missed.read(",
            "        now = self.clock.now()\n"
            "        self.database.write(lambda c: bookmarks.move_to(c, name, now))\n"
            "        newest = self.read_missed.read(",
        ),
        leaning="crashes, long",
        layer="sweep",
    ),
    mutant(
        "the-bookmark-is-our-own-clock",
        "6",
        (
            "use_cases.sweep.sweep",
            "self.database.write(lambda c: bookmarks.move_to(c, name, newest))",
            "self.database.write(lambda c: bookmarks.move_to(c, name, self.clock.now()))",
        ),
        leaning="clocks, long",
        layer="sweep",
    ),
    mutant(
        "a-looks-lease-never-ends",
        "7",
        (
            "storage.leases",
            "        o.look_lease_until < now,\n",
            "        o.look_lease_until < 0,\n",
        ),
        leaning="crashes",
        layer="looks",
    ),
    mutant(
        "a-sweeps-lease-never-ends",
        "7",
        ("storage.leases", "_l.until < now, _l.until > void", "_l.until <= 0, _l.until > void"),
        leaning="crashes",
        layer="looks",
    ),
    mutant(
        "a-senders-lease-never-ends",
        "7",
        ("storage.outbox", "        c.lease_until < now,\n", ""),
        leaning="crashes, receiver",
    ),
    mutant(
        "a-failed-message-is-called-delivered",
        "contract 7",
        (
            "use_cases.notify.mark",
            "for a in self.unwritten if isinstance(a.outcome, Delivered)]",
            "for a in self.unwritten if isinstance(a.outcome, Delivered | Failed)]",
        ),
        leaning="receiver",
    ),
    mutant(
        "links-are-read-from-now-on",
        "6",
        (
            "use_cases.sweep.scan_links",
            "created_from=start, payment_link=plink",
            "created_from=now + 1000, payment_link=plink",
        ),
        leaning="links",
        layer="pull",
    ),
    mutant(
        "leftovers-are-left",
        "11",
        (
            "use_cases.settle.receive_event",
            "        try:\n            self.database.write(lambda c: self._again(c, leftover))",
            "        try:\n            return",
        ),
        leaning="other shops",
        layer="webhooks",
    ),
    mutant(
        "who-decides-takes-a-memory",
        "9, 11",
        (
            "use_cases.settle.look_at_order",
            "if look is not Look.BUSY or not self._is_free_again(order_id, until):",
            "if True:",
        ),
        leaning="two tabs, delayed",
        layer="sweep",
    ),
)
