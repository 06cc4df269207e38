"""Which numbers are a card's, and which only look like one."""

from __future__ import annotations

import hashlib
import random
import time
import uuid

import pytest

from checkout_service.domain.card_numbers import holds_card_number

# Of public test cards: https://docs.stripe.com/testing and the schemes' own.
CARDS = [
    "4242424242424242", "4000056655665556", "4222222222222", "5555555555554444", "5105105105105100",
    "2223003122003222", "2720992593319364", "378282246310005", "371449635398431",
    "6011111111111117", "6011000990139424", "6555900000604105", "30569309025904", "36227206271667",
    "38520000023237", "3566002020360505", "6200000000000005", "6205500000000000004",
    "6759649826438453", "2200770212727079",
]  # fmt: skip


def grouped(number: str, mark: str, size: int = 4) -> str:
    return mark.join(number[at : at + size] for at in range(0, len(number), size))


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_is_known_however_it_is_written(number: str) -> None:
    written = [
        number,
        grouped(number, " "),
        grouped(number, "-"),
        grouped(number, " - "),
        grouped(number, "\N{NO-BREAK SPACE}"),
        grouped(number, "\N{EN DASH}"),
        grouped(number, " ", 1),
        grouped(number, "%20"),
        number.translate({ord("0") + n: ord("\uff10") + n for n in range(10)}),
        f"my card is {number}, thanks",
        f"card{number}",
        f"ref_{number}",
        f"2 x {grouped(number, ' ')} 12/29 123",
        f"https://site.example/thanks?card={number}&ok=1",
    ]

    assert [text for text in written if not holds_card_number(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242",
        "4242424242424243",
        "1234567812345670",
        "42424242424242424242",
        "4006381333931",
        "+49 151 23456789",
        "+4915123456786",
        "2026-11-27T05:43:29.123456Z",
        "20261127054329",
        "1790000000000",
        "2000000000000000008",
        "175928847299117063",
        "550e8400-e29b-41d4-a716-446655440000",
        "42424242-4242-4242-8242-424242424242",
        "cs_test_a1B24242424242424242c3",
        "4242.4242.4242.4242",
        "{CHECKOUT_SESSION_ID}",
    ],
)
def test_another_number_is_none(text: str) -> None:
    assert not holds_card_number(text)


def test_no_time_and_no_id_of_a_machine_is_ever_taken_for_a_card() -> None:
    dice = random.Random(7)
    moments = [dice.uniform(1.6e9, 2.1e9) for _ in range(5_000)]
    texts = [str(int(moment * unit)) for moment in moments for unit in (1e3, 1e6, 1e9)]
    # Snowflakes of two services: milliseconds since 2010 and 2015, and 22 bits more.
    since = (1_288_834_974_657, 1_420_070_400_000)
    texts += [
        str(((int(moment * 1000) - epoch) << 22) | dice.getrandbits(22))
        for moment in moments
        for epoch in since
    ]
    texts += [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(5_000)]
    texts += [hashlib.sha256(str(n).encode()).hexdigest() for n in range(1_000)]

    assert [text for text in texts if holds_card_number(text)] == []


@pytest.mark.parametrize("text", ["4 " * 32_000, "4-" * 32_000, "9" * 64_000, "40 " * 21_000])
def test_a_body_full_of_digits_costs_little(text: str) -> None:
    began = time.process_time()
    holds_card_number(text)

    assert time.process_time() - began < 2
