"""What the merchant's backend gets: one POST, signed by every secret, verifiable by anyone."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError
from time_machine import travel

from checkout_service.domain.ports.notify import Delivered
from checkout_service.merchant_gateway import MerchantReceiver, build_receivers
from tests.support.merchant import OLD_SECRET, SECRET, Merchant, Says

BODY = '{"type":"order.paid","data":{"order":{"id":"ord_1","name":"Blåbær ☂"},"sequence":1}}'


def test_the_reference_verifier_accepts_a_message_under_either_secret(
    merchant: Merchant, receiver: MerchantReceiver
) -> None:
    assert receiver.send("msg_1", BODY) == Delivered()

    message = merchant.got[0]
    assert message.verify(SECRET) == message.verify(OLD_SECRET) == json.loads(BODY)
    assert message.id == "msg_1"
    assert len(message.headers["webhook-signature"].split(" ")) == 2


def test_the_body_arrives_byte_for_byte_as_json(
    merchant: Merchant, receiver: MerchantReceiver
) -> None:
    receiver.send("msg_1", BODY)

    message = merchant.got[0]
    assert message.body == BODY.encode()
    assert message.headers["content-type"] == "application/json"
    assert message.path == "/notify"


def test_another_secret_or_another_body_does_not_verify(
    merchant: Merchant, receiver: MerchantReceiver
) -> None:
    receiver.send("msg_1", BODY)

    message = merchant.got[0]
    with pytest.raises(WebhookVerificationError):
        message.verify("whsec_" + "A" * 32)
    with pytest.raises(WebhookVerificationError):
        replace(message, body=message.body + b" ").verify()


def test_the_timestamp_is_real_time_in_utc(merchant: Merchant, receiver: MerchantReceiver) -> None:
    receiver.send("msg_1", BODY)

    assert abs(int(merchant.got[0].headers["webhook-timestamp"]) - time.time()) < 5


def test_each_send_is_signed_afresh(merchant: Merchant, receiver: MerchantReceiver) -> None:
    receiver.send("msg_1", BODY)
    with travel(time.time() + 120, tick=False):
        receiver.send("msg_1", BODY)

    first, second = merchant.got
    assert first.id == second.id
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    second.verify()


def test_connections_are_used_again(merchant: Merchant, receiver: MerchantReceiver) -> None:
    merchant.says(Says(200, body=b"thank you"), Says(500, body=b"sorry"), Says(204))
    for number in range(5):
        receiver.send(f"msg_{number}", BODY)

    assert len(merchant.got) == 5
    assert merchant.connections == 1


def test_a_proxy_or_a_netrc_in_the_environment_changes_nothing(
    merchant: Merchant, receiver: MerchantReceiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert receiver.send("msg_1", BODY) == Delivered()
    assert "authorization" not in merchant.got[0].headers


def test_cookies_are_not_kept(merchant: Merchant, receiver: MerchantReceiver) -> None:
    merchant.says(Says(200, {"Set-Cookie": "track=me"}))
    receiver.send("msg_1", BODY)
    receiver.send("msg_2", BODY)

    assert "cookie" not in merchant.got[1].headers


def test_there_is_no_receiver_without_an_address() -> None:
    assert build_receivers((), allow_private=False, live=True) == ()


def test_two_addresses_have_two_names_and_neither_tells_the_address() -> None:
    urls = ("https://one.example/hook?key=s3cret", "https://two.example/hook?key=s3cret")
    signed = [(url, (SECRET,)) for url in urls]
    first, second = build_receivers(signed, allow_private=False, live=True)

    assert first.name != second.name
    assert "example" not in first.name


def test_a_new_password_or_query_makes_no_new_receiver() -> None:
    urls = ("https://one.example/hook?key=old", "https://u:new@one.example/hook?key=new#x")
    signed = [(url, (SECRET,)) for url in (*urls, "https://one.example/other?key=old")]
    first, same, other = build_receivers(signed, allow_private=False, live=True)

    assert first.name == same.name != other.name
    assert first.place == same.place == "one.example"


def test_each_receiver_signs_with_its_own_secrets(merchant: Merchant) -> None:
    signed = [(merchant.url, (SECRET,)), (f"{merchant.url}/2", (OLD_SECRET,))]
    for receiver in build_receivers(signed, allow_private=True, live=False):
        receiver.send("msg_1", BODY)

    first, second = merchant.got
    first.verify(SECRET)
    second.verify(OLD_SECRET)
    with pytest.raises(WebhookVerificationError):
        second.verify(SECRET)


def test_live_payments_are_not_told_of_over_plain_http() -> None:
    with pytest.raises(ValueError, match="https"):
        build_receivers([("http://shop.example/hook", (SECRET,))], allow_private=False, live=True)


def test_unsigned_messages_are_not_sent() -> None:
    with pytest.raises(ValueError, match="NOTIFY_SECRET"):
        build_receivers([("https://shop.example/hook", ())], allow_private=False, live=False)
