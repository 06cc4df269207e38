"""Why an order is held, in words, and what a person does best: at the desk and in commands."""

from __future__ import annotations

WHY_HELD = {
    "amount_mismatch": "the amount paid is not the order's",
    "currency_mismatch": "the money came in another currency",
    "duplicate_payment": "it was paid a second time; give one payment back",
    "paid_after_cancel": "money came after it was canceled",
    "wrong_link": "the payment came through another Payment Link",
    "wrong_mode": "a test payment for a live order, or the other way round",
    "wrong_reference": "the payment carries another order's reference",
    "uncaptured": "the money is authorized, not captured",
    "unknown_status": "Stripe uses a word this version does not know",
    "illegal_transition": "Stripe's answer contradicts what we knew for certain",
    "refunded_before_fulfilment": "money went back, by a refund or lost dispute, before fulfilment",
}

WHAT_TO_DO = {
    "amount_mismatch": "Release it if you take this amount for these goods; else give it back.",
    "currency_mismatch": "Release it if you take this currency; else give the money back.",
    "duplicate_payment": "Refund the payment that is one too many, then release it.",
    "paid_after_cancel": "Release it if you can still deliver; else give the money back.",
    "wrong_link": "Find out what the buyer wanted to pay; release it if it was this order.",
    "wrong_mode": "Never release a test payment for goods: find out who wrote the wrong key.",
    "wrong_reference": "Find the order that the money belongs to; release it if it is this one.",
    "uncaptured": "Capture or void the payment at Stripe, then look again.",
    "unknown_status": "Look it up at Stripe; release it if the money is there for good.",
    "illegal_transition": "Look it up at Stripe; release it if the money is there for good.",
    "refunded_before_fulfilment": "Release it if what is left is enough; else give the rest back.",
}
