"""Evidence against a dispute: staged, submitted, and the texts that decide one at once."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.build import an_intent, pay_intent
from tests.sandbox.conftest import World
from tests.sandbox.nearby import Nearby


@pytest.fixture
def paid(client: stripe.StripeClient) -> stripe.PaymentIntent:
    return pay_intent(client, an_intent(client, 1000).id)


def test_evidence_is_staged_or_submitted(
    client: stripe.StripeClient, world: World, paid: stripe.PaymentIntent
) -> None:
    name = world.call("POST", f"payment_intents/{paid.id}/dispute")["id"]
    staged = client.v1.disputes.update(
        name, params={"evidence": {"customer_name": "Jenny"}, "submit": False}
    )
    assert (staged.status, staged.evidence.customer_name) == ("needs_response", "Jenny")
    assert (staged.evidence_details.has_evidence, staged.evidence_details.submission_count) == (
        True,
        0,
    )

    sent = client.v1.disputes.update(
        name, params={"evidence": {"product_description": "Tea"}, "metadata": {"a": "b"}}
    )

    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    assert (sent.evidence.customer_name, sent.evidence.product_description) == ("Jenny", "Tea")
    assert world.event_types()[5:] == ["charge.dispute.updated"] * 2
    params: Any = {"evidence": {"enhanced_evidence": {"visa_compliance": {"x": "y"}}}}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.update(name, params=params)
    world.call("POST", f"disputes/{name}/close", {"status": "lost"})
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.update(name, params={"evidence": {"customer_name": "Jo"}})
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(name)


@pytest.mark.parametrize(
    ("text", "reason", "decided"),
    [
        ("winning_evidence", "fraudulent", ("won", 0)),
        ("losing_evidence", "fraudulent", ("lost", -1000)),
        ("escalate_inquiry_evidence", "fraudulent", ("under_review", -1000)),
        ("escalate_inquiry_evidence", "inquiry", ("needs_response", -1000)),
        ("winning_evidence", "inquiry", ("warning_closed", 0)),
        ("losing_evidence", "inquiry", ("warning_closed", 0)),
        ("it was worn", "fraudulent", ("under_review", -1000)),
    ],
)
def test_a_text_of_the_testing_page_decides_at_once(
    near: Nearby, text: str, reason: str, decided: tuple[str, int]
) -> None:
    intent = near.do(
        "POST", "payment_intents", amount=1000, currency="usd", confirm=True,
        payment_method="pm_card_visa", return_url="https://shop.test/back",
    )["id"]  # fmt: skip
    path = f"disputes/{near.control(f'payment_intents/{intent}/dispute', reason=reason)['id']}"

    staged = near.do("POST", path, evidence={"uncategorized_text": text}, submit=False)
    assert staged["status"].endswith("needs_response")
    near.do("POST", path, submit=True)

    kept = near.do("GET", path)
    taken = sum(one["amount"] for one in kept["balance_transactions"])
    assert (kept["status"], taken) == decided
