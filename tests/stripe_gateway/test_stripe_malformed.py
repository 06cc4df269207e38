"""A field of the wrong type or of a dangerous content is refused, or does no harm."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from checkout_service.stripe_gateway import translate
from checkout_service.stripe_gateway.fields import Malformed
from tests.stripe_gateway import stripe_json as sj

_WRONG: list[object] = [0, 1.5, True, "", "\x00", "half \ud800", [], ["x"], {}, {"id": 3}, 2**70]
_STRICT = [
    "id", "status", "payment_status", "mode", "amount_subtotal", "amount_total", "currency",
    "livemode", "total_details", "url", "created", "expires_at", "payment_link", "metadata",
    "payment_intent", "customer_details", "subscription", "recovered_from", "after_expiration",
    "client_reference_id", "customer_email",
]  # fmt: skip


@pytest.mark.parametrize("field", _STRICT)
@pytest.mark.parametrize("value", _WRONG, ids=repr)
def test_a_wrong_type_in_a_session_is_malformed_or_harmless(field: str, value: object) -> None:
    with suppress(Malformed):
        view = translate.session_view(sj.a_session(**{field: value}))
        assert type(view.amount_total) is int
        assert type(view.livemode) is bool
        assert view.currency.isalpha()
        assert "\x00" not in repr(view)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_total": "5150"},
        {"amount_total": 51.5},
        {"amount_total": True},
        {"amount_total": 2**63},
        {"livemode": "false"},
        {"payment_status": None},
        {"id": "cs_test_1/../x"},
        {"id": None},
        {"created": -1},
        {"created": 10**15},
        {"metadata": []},
        {"metadata": {"order_id": 7}},
        {"payment_intent": ["pi_1"]},
        {"url": ["https://checkout.example"]},
    ],
)
def test_what_would_mislead_us_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        translate.session_view(sj.a_session(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "javascript:alert(1)"},
        {"url": "//evil.example"},
        {"url": "http://plain.example/", "livemode": True},
    ],
)
def test_an_address_that_nobody_may_be_sent_to_is_none(changes: dict[str, Any]) -> None:
    view = translate.session_view(sj.a_session(**changes))

    assert (view.url, view.id) == (None, sj.SESSION_ID)


def test_a_session_must_say_whether_real_money_moves() -> None:
    silent = sj.a_session()
    del silent["livemode"]

    with pytest.raises(Malformed):
        translate.session_view(silent)
