"""Mutants of what is believed, and when: laws 1 to 4, 8, 9 and 11."""

# ruff: noqa: E501, ISC004 - texts of the product stand here as they stand there

from __future__ import annotations

from .kinds import mutant

FACTS = (
    mutant(
        "a-memory-fulfils",
        "2",
        (
            "domain.facts.fact",
            "fresh = signed and event.signed_at is not None and max(ages)",
            "fresh = True or max(ages)",
        ),
        leaning="money back, bad events",
    ),
    mutant(
        "a-wrong-clock-fulfils",
        "2",
        ("domain.facts.fact", "and max(ages) <= PROOF_LIFE", "and min(ages) <= PROOF_LIFE"),
        leaning="clocks",
        layer="webhooks",
    ),
    mutant(
        "a4-a-list-without-refunds-fulfils",
        "1, 2; A4",
        (
            "domain.facts.fact",
            "cover = Cover.WHOLE if snapshot.whole else Cover.OBJECT",
            "cover = Cover.WHOLE",
        ),
        ("use_cases.sweep.look_by_list", "_DENSE = 20 ", "_DENSE = 1 "),
        (
            "use_cases.sweep.look_by_list",
            "created_to=end, whole=True",
            "created_to=end, whole=False",
        ),
        ("use_cases.sweep.look_by_list", "planned=True) if found.whole else None", "planned=True)"),
        ("use_cases.sweep.look_by_list", "            if found.whole:", "            if True:"),
        leaning="money back",
        layer="looks",
    ),
    mutant(
        "stale-wins",
        "1",
        (
            "domain.facts.fact",
            "            return Age.LATER\n        return Age.EARLIER",
            "            return Age.LATER\n        return Age.LATER",
        ),
        leaning="disputes",
        layer="webhooks",
    ),
    mutant(
        "a9-a-look-never-outranks-a-memory-of-a-refund",
        "1; A9",
        (
            "domain.facts.money_back",
            "if rises or fact.seen.age_beside(before) is Age.LATER:",
            "if (known is None or not fact.is_look)"
            " and (rises or fact.seen.age_beside(before) is Age.LATER):",
        ),
        leaning="money back",
        layer="looks",
    ),
    mutant(
        "a13-a-decided-dispute-is-never-decided-anew",
        "1; A13",
        (
            "domain.facts.money_back",
            "if age is Age.LATER or (age is Age.UNKNOWN and rise > 0):",
            "if rise > 0:",
        ),
        leaning="disputes",
        layer="webhooks",
    ),
    mutant(
        "a3-a-guess-outranks-a-fact",
        "3; A3",
        (
            "domain.facts.merge",
            "if attempt.guessed or attempt.state is _A.DRAFT or _outranks",
            "if attempt.state is _A.DRAFT or (not attempt.guessed and _outranks",
        ),
        (
            "domain.facts.merge",
            "_outranks(attempt, reading, fact):\n        return replace(attempt, state=state, guessed=False",
            "_outranks(attempt, reading, fact)):\n        return replace(attempt, state=state, guessed=False",
        ),
        leaning="links, long, delayed",
    ),
    mutant(
        "a8-a-look-answers-every-request",
        "4; A8",
        (
            "storage.ledger.write",
            'orders.c.look_wishes == bindparam("b_requests"),',
            'orders.c.look_wishes >= bindparam("b_requests"),',
        ),
        leaning="races, delayed",
        layer="webhooks",
    ),
    mutant(
        "a-wanted-look-is-not-requested",
        "2",
        ("use_cases.settle.looks", "if settlement.look_wanted and look is None:", "if False:"),
        leaning="bad events, long",
        layer="webhooks",
    ),
    mutant(
        "settled-is-forgotten",
        "8",
        (
            "domain.schedule",
            "return now + again[tries] if tries < len(again) else None",
            "return None",
        ),
        leaning="money back",
        layer="looks",
    ),
    mutant(
        "a17-a-voucher-that-waits-is-open",
        "9; A17",
        (
            "domain.facts.reading",
            'if intent.status == "requires_action" and intent.waits:',
            "if False:",
        ),
        (
            "domain.facts.reading",
            "return intent.waits or intent.status in",
            "return intent.status in",
        ),
        leaning="delayed",
    ),
    mutant(
        "money-in-flight-is-open",
        "9",
        ("domain.facts.reading", '"processing": _IN_FLIGHT,', '"processing": Reading(_A.OPEN),'),
        leaning="delayed",
    ),
    mutant(
        "an-expired-session-is-open",
        "3",
        (
            "domain.facts.reading",
            "_money_came(view) else _A.EXPIRED)",
            "_money_came(view) else _A.OPEN)",
        ),
        leaning="long",
    ),
    mutant(
        "a6-events-of-an-unknown-payment-are-dropped",
        "11; A6",
        (
            "use_cases.settle.place_event",
            'return Place("waiting", None, next_at) if next_at else _IGNORED',
            "return _IGNORED",
        ),
        (
            "use_cases.settle.earlier_events",
            "in sorted(unknown_intents(ledger, facts) - ledger.taken):",
            "in ():",
        ),
        leaning="money back, links",
        layer="webhooks",
    ),
    mutant(
        "a5-what-came-back-is-not-held",
        "2, 12; A5",
        (
            "domain.derive",
            "    if not gone:\n        return ledger\n    paid",
            "    if gone:\n        return ledger\n    paid",
        ),
        leaning="money back",
    ),
    mutant(
        "an-unopened-link-never-lapses",
        "7",
        (
            "use_cases.sweep.refresh_due",
            "change=lapse(order.attempt_id) if old else unchanged",
            "change=unchanged",
        ),
        leaning="links, long",
    ),
)
