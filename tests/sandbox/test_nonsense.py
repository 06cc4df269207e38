"""The sandbox stands nonsense: hostile forms, queries, controls and pages."""

from __future__ import annotations

from typing import Any

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.build import CHALLENGED, a_session, an_intent
from tests.sandbox.conftest import World

HOSTILE: list[dict[str, str]] = [
    {"a" + "[b]" * 5000: "1"},
    {"line_items": "x"},
    {"line_items[0]": "x"},
    {"line_items[a]": "x"},
    {"line_items[99999999999999999999999]": "x"},
    {"line_items[0][price_data]": "x"},
    {"line_items[0][price_data][product_data]": "x"},
    {"line_items[0][price][x]": "1", "mode": "payment"},
    {"mode[x]": "payment"},
    {"metadata": "x", "mode": "payment"},
    {"metadata[a][b]": "x"},
    {"expand": "x"},
    {"expand[0][x]": "line_items"},
    {"expand[]": "."},
    {"success_url[x]": "y"},
    {"payment_intent_data": "x"},
    {"payment_intent_data[metadata]": "x"},
    {"after_expiration": "x"},
    {"after_expiration[recovery]": "x"},
    {"expires_at": "9" * 5000},
    {"expires_at[x]": "1"},
    {"client_reference_id[x]": "1"},
    {"customer_email[x]": "1"},
    {"allow_promotion_codes": "maybe"},
    {"automatic_tax": "x"},
    {"shipping_address_collection": "x"},
    {"[": "]"},
    {"]": "["},
    {"": ""},
    {"a[": "1"},
    {"\x00": "\x00"},
    {"amount": "٣", "currency": "usd"},
    {"amount[x]": "500", "currency": "usd"},
    {"amount": "500", "currency[x]": "usd"},
    {"amount": "500", "currency": "usd", "automatic_payment_methods": "x"},
    {"amount": "500", "currency": "usd", "confirm": "true", "payment_method[x]": "y"},
    {"amount": "500", "currency": "usd", "confirm": "true", "payment_method_data": "x"},
    {"payment_intent[x]": "y"},
    {"charge[x]": "y"},
    {"type[x]": "card"},
    {"type": "card", "card": "x"},
    {"type": "card", "card[number][x]": "x"},
    {"type": "sepa_debit", "sepa_debit[iban][x]": "1"},
    {"restrictions": "x"},
    {"after_completion": "x"},
    {"after_completion[type]": "redirect", "after_completion[redirect]": "x"},
    {"name[x]": "y"},
    {"id[x]": "y", "name": "Mug"},
    {"images": "x", "name": "Mug"},
    {"unit_amount[x]": "1", "currency": "usd", "product": "prod_1"},
    {"recurring": "x", "currency": "usd", "unit_amount": "500", "product_data[name]": "x"},
    {"url": "https://a.test", "enabled_events[0][x]": "*"},
]
PATHS = (
    "checkout/sessions", "payment_intents", "payment_methods", "payment_links", "products",
    "prices", "refunds", "webhook_endpoints", "payment_intents/{pi}",
    "payment_intents/{pi}/confirm",
    "payment_intents/{pi}/cancel", "payment_intents/{pi}/capture", "checkout/sessions/{cs}",
    "checkout/sessions/{cs}/expire", "payment_links/plink_no", "disputes/dp_no/close",
)  # fmt: skip


def test_hostile_forms_are_refused_never_a_crash(client: stripe.StripeClient, world: World) -> None:
    names = {"pi": an_intent(client).id, "cs": a_session(client).id}

    for path in PATHS:
        for form in HOSTILE:
            answer = world.raw("POST", f"/v1/{path.format(**names)}", data=form)
            assert answer.status_code < 500, (path, form, answer.text)


QUERIES = (
    "limit=x", "limit[]=1", "limit[a]=1", "starting_after[x]=1", "created=x", "created[gte]=x",
    "created[x]=1", "created[gte][x]=1", "types=x", "types[0][x]=1", "type[x]=1", "expand[]=x",
    "expand[]=data.x.y.z.w", "customer_details=x", "delivery_success=x", "status[x]=1",
    "payment_intent[x]=1", "ending_before=x", "a" + "[b]" * 100 + "=1", "%00=%00", "active[x]=1",
)  # fmt: skip


def test_hostile_queries_are_refused_never_a_crash(
    client: stripe.StripeClient, world: World
) -> None:
    an_intent(client)
    world.pay(a_session(client).id)
    kinds = ("checkout/sessions", "payment_intents", "payment_links", "products", "prices",
             "refunds", "charges", "disputes", "events", "webhook_endpoints")  # fmt: skip

    for kind in kinds:
        for query in QUERIES:
            answer = world.raw("GET", f"/v1/{kind}?{query}")
            assert answer.status_code < 500, (kind, query, answer.text)


BODIES: tuple[Any, ...] = (
    [], "x", 1, None, {"payment_method": {"a": 1}}, {"payment_method": 4242}, {"email": 5},
    {"payment_method": None}, {"three_d_secure": []}, {"outcome": {}}, {"status": []},
    {"advance": "x"}, {"advance": 1e308}, {"advance": True}, {"reason": 5}, {"secret": 5},
    {"client_reference_id": {}}, {"email": "x" * 10_000},
)  # fmt: skip


def test_hostile_controls_are_refused_never_a_crash(
    client: stripe.StripeClient, world: World
) -> None:
    intent = an_intent(client).id
    paths = ("checkout/sessions/{cs}/pay", "checkout/sessions/no/pay", "payment_links/no/pay",
             "payment_intents/{pi}/settle", "payment_intents/{pi}/dispute", "disputes/no/close",
             "refunds/no/fail", "events/no/resend", "clock", "webhook_secret/roll")  # fmt: skip
    for path in paths:
        for body in BODIES:
            name = a_session(client).id
            url = f"/_sandbox/{path.format(pi=intent, cs=name)}"
            answer = world.raw("POST", url, json=body)
            assert answer.status_code < 500, (path, body, answer.text)
    deep = "[" * 20_000
    headers = {"Content-Type": "application/json"}
    assert world.raw("PUT", "/_sandbox/faults", data=deep, headers=headers).status_code < 500
    world.call("POST", "reset")


def test_hostile_pages_are_refused_never_a_crash(client: stripe.StripeClient, world: World) -> None:
    session = a_session(client)
    page = f"/c/pay/{session.id}"
    forms: tuple[dict[str, str], ...] = (
        {},
        {"method": "x"},
        {"method": "card", "number": "x" * 5000},
        {"method": "sepa_debit"},
        {"method": "us_bank_account", "account": "1"},
        {"action": "promotion"},
        {"number": "\x00"},
    )
    for form in forms:
        assert 400 <= world.raw("POST", page, data=form).status_code < 500, form
    form = {"email": "a@b.test", "method": "card", "number": CHALLENGED}
    bank = world.raw("POST", page, data=form).headers["Location"]
    assert world.raw("POST", bank, data={}).status_code == 402
    for path in ("/c/pay/no", "/3ds/no", "/r/no", "/b/no", "/x", "/v1", "/v1/", "/_sandbox/x"):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert world.raw(method, path).status_code < 500, (method, path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.one_of(
            st.text("abc[]0%.", max_size=12),
            st.sampled_from(["mode", "line_items[0][price_data][currency]", "amount", "currency",
                             "line_items[0][quantity]", "success_url", "metadata[a]"]),
        ),
        st.text(max_size=12),
        max_size=6,
    )
)  # fmt: skip
def test_any_form_gets_an_answer(world: World, form: dict[str, str]) -> None:
    for path in ("/v1/checkout/sessions", "/v1/payment_intents"):
        body = {key: text.encode("utf-8", "replace") for key, text in form.items()}
        assert world.raw("POST", path, data=body).status_code < 500
