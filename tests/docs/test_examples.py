"""Every client example runs against a running service; one that no test runs does not get in."""

from __future__ import annotations

import json
import re
import runpy
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, Request, Response
from playwright.sync_api import Page, expect
from werkzeug.test import create_environ

from tests.support.merchant import Got
from tests.support.ports import free_port
from tests.support.running_shop import DECLINED, GOOD, POSTER, Shop
from tests.support.running_stack import KEY, http, until

from .runner import EXAMPLES, Runner

LANGUAGES = ("curl", "python", "javascript", "react")
_SESSION = re.compile(r"\bcs_test_\w+")


def paid(shop: Shop) -> str:
    opened = shop.open(POSTER)
    shop.pays(opened["id"])
    shop.flush()
    return str(opened["order"]["id"])


def message_of(shop: Shop, order: str) -> Got:
    until(lambda: bool(shop.told(order, "order.paid")), what="order.paid")
    return shop.told(order, "order.paid")[0]


@pytest.mark.parametrize("example", ["buy.sh", "buy.py", "buy.mjs"])
def test_a_buyer_is_sent_to_pay_and_waited_for(shop: Shop, run: Runner, example: str) -> None:
    program = run.start(example, "poster-usd", "2")
    assert program.stdout is not None
    told = program.stdout.readline()
    session = _SESSION.search(told)
    assert session, told + program.communicate()[1]

    shop.pays(session[0], DECLINED)
    time.sleep(1)
    waited_on = program.poll() is None  # a declined card is no end: the buyer may try another
    shop.pays(session[0], GOOD)
    said, complaints = program.communicate(timeout=60)

    assert (waited_on, program.returncode) == (True, 0), complaints
    assert "paid" in said
    assert shop.confirm(session[0])["order"]["amount_paid"] == 5000


@pytest.mark.parametrize("example", ["buy.sh", "buy.py", "buy.mjs"])
def test_a_busy_stripe_is_asked_again_and_sells_once(shop: Shop, run: Runner, example: str) -> None:
    fault = {"method": "POST", "path": "/v1/checkout/sessions", "probability": 1.0}
    shop.faults(seed=1, api=[fault | {"kind": "error_500"}])
    before = len(shop.stripe("/v1/checkout/sessions", limit=100)["data"])
    program = run.start(example, "mug-eur", "1")
    until(lambda: refusals(shop) > 0, what="a create that fails")
    shop.no_faults()
    assert program.stdout is not None

    session = _SESSION.search(program.stdout.readline())
    program.terminate()
    program.communicate()

    assert session is not None
    assert len(shop.stripe("/v1/checkout/sessions", limit=100)["data"]) == before + 1


def refusals(shop: Shop) -> int:
    log = shop.sandbox.call("GET", "requests")["data"]
    recent = [row for row in log[-20:] if row["path"] == "/v1/checkout/sessions"]
    return sum(row["method"] == "POST" and row["status"] == 500 for row in recent)


@pytest.mark.parametrize("example", ["backend.sh", "backend.py", "backend.mjs"])
def test_a_backend_lists_refunds_and_cancels(shop: Shop, run: Runner, example: str) -> None:
    order = paid(shop)
    open_order = shop.open(POSTER)["order"]["id"]

    listed = run(example, "list", "paid")
    refunds = [run(example, "refund", order, "1000") for _ in range(2)]
    canceled = run(example, "cancel", open_order)
    too_late = run(example, "cancel", order)

    assert order in listed.stdout.decode(), listed.stderr
    for refund in refunds:
        assert b"succeeded" in refund.stdout, refund.stderr
    assert canceled.stdout.count(b"canceled"), canceled.stderr
    assert (too_late.returncode == 0, b"order_paid" in too_late.stdout + too_late.stderr) == (
        False, True,
    )  # fmt: skip
    detail = shop.request("GET", f"/api/v1/orders/{order}", headers=KEY).json()
    assert detail["amount_refunded"] == 1000


@pytest.mark.parametrize("example", ["verify_plain.py", "verify_with_library.py", "verify.mjs"])
def test_only_a_genuine_notification_is_believed(shop: Shop, run: Runner, example: str) -> None:
    order = paid(shop)
    got = message_of(shop, order)
    sent_at, signature = got.headers["webhook-timestamp"], got.headers["webhook-signature"]
    dearer = got.body.replace(b'"amount_paid":5000', b'"amount_paid":5001')
    spaced = json.dumps(json.loads(got.body), indent=1).encode()
    assert dearer != got.body

    genuine = run(example, got.id, sent_at, signature, body=got.body)
    rotated = run(example, got.id, sent_at, f"v1,AAAA {signature}", body=got.body)
    forged = [
        run(example, got.id, sent_at, signature, body=dearer),
        run(example, got.id, sent_at, signature, body=spaced),
        run(example, f"{got.id}x", sent_at, signature, body=got.body),
        run(example, got.id, str(int(sent_at) - 301), signature, body=got.body),
        run(example, got.id, "now", signature, body=got.body),
        run(example, got.id, sent_at, "v1,AAAA", body=got.body),
        run(example, got.id, sent_at, "", body=got.body),
    ]

    for believed in (genuine, rotated):
        assert believed.stdout.decode().split() == ["order.paid", order], believed.stderr
    assert [one.returncode for one in forged] == [1] * len(forged)
    assert [one.stdout for one in forged] == [b""] * len(forged)
    assert all(b"not genuine" in one.stderr for one in forged)


def test_a_page_of_ones_own_sends_the_buyer_and_takes_him_back(
    shop: Shop, site: str, page: Page
) -> None:
    page.goto(f"{site}/shop.html")
    page.get_by_role("button", name="Buy the poster").click()
    page.wait_for_url(f"{shop.sandbox.url}/**")
    session = _SESSION.search(page.url)
    assert session is not None
    page.go_back()
    page.get_by_role("button", name="Buy the poster").click()  # thought better of it, twice
    page.wait_for_url(f"**/{session[0]}*")
    pay(page)

    page.wait_for_url(f"{site}/thanks.html?session_id={session[0]}")
    expect(page.get_by_role("status")).to_have_text("Paid. Thank you!")


@pytest.mark.parametrize("example", ["button.html", "wordpress.html"])
def test_a_page_without_code_of_its_own_sells(
    shop: Shop, site: str, page: Page, example: str
) -> None:
    page.goto(f"{site}/{example}")
    page.get_by_text("Buy").click()
    page.wait_for_url(f"{shop.sandbox.url}/**")
    pay(page)

    page.wait_for_url(f"{shop.service.url}/checkout/success?**")
    expect(page.locator("main")).to_have_attribute("data-state", "paid")


def pay(page: Page) -> None:
    typed = {"email": "buyer@example.com", "number": GOOD, "expiry": "12 / 34", "cvc": "123"}
    for name, value in typed.items():
        page.fill(f"input[name={name}]", value)
    page.click("#submit")


def test_a_challenge_is_solved_by_its_other_half(
    shop: Shop, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "for-this-test-only")
    hook = SimpleNamespace(**runpy.run_path(str(EXAMPLES / "python" / "challenge.py")))
    buyer, thief = "192.0.2.1", "192.0.2.2"

    def asked(by: str, **headers: str) -> Response | None:
        environ = create_environ("/api", headers=headers, environ_base={"REMOTE_ADDR": by})
        answer: Response | None = hook.ask(Request(environ), busy=True)
        return answer

    with Flask("shop").app_context():
        answer = asked(buyer)
        assert answer is not None
        told = answer.get_json()
        solution = run("challenge.mjs", told["puzzle"], str(told["bits"])).stdout.decode().strip()

        assert answer.status_code == 403
        assert asked(buyer, **{"Challenge-Response": solution}) is None
        assert asked(thief, **{"Challenge-Response": solution}) is not None
        assert asked(buyer, **{"Challenge-Response": f"{told['puzzle']}.0"}) is not None
        assert hook.ask(Request(create_environ()), busy=False) is None
    form = Request(create_environ("/checkout", method="POST", data={"price": '"><script>'}))
    assert "<script>&" not in hook.page(form, told["puzzle"]).get_data(as_text=True)
    assert "&lt;script&gt;" in hook.page(form, told["puzzle"]).get_data(as_text=True)


def test_every_example_is_run_by_a_test_and_listed() -> None:
    folder = Path(__file__).parents[1]
    readers = [*folder.glob("docs/test_*.py"), *folder.glob("clients/test_*.py")]
    tests = "".join(path.read_text("utf-8") for path in readers)
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    shared = {"client.py", "client.mjs", "once.py"}
    pages = {"shop.html", "thanks.html"}
    names = {path.name for language in LANGUAGES for path in files_of(language)}

    assert [name for name in sorted(names) if f"/{name})" not in listed] == []
    assert [name for name in sorted(names - shared - pages) if f'"{name}"' not in tests] == []
    assert {path.name for path in EXAMPLES.iterdir()} == {*LANGUAGES, "README.md"}


def files_of(language: str) -> Sequence[Path]:
    return [path for path in (EXAMPLES / language).iterdir() if path.is_file()]


def test_the_small_backend_fulfils_once_and_refuses_what_is_forged(
    shop: Shop, run: Runner, tmp_path: Path
) -> None:
    message = message_of(shop, paid(shop))
    port, seen = str(free_port()), str(tmp_path / "seen.sqlite3")
    program = run.start("fulfil.py", port, seen)
    assert program.stdout is not None
    try:
        assert "backend on" in program.stdout.readline()
        answers = [
            http().post(f"http://127.0.0.1:{port}/", body, headers=message.headers).status_code
            for body in (message.body + b" ", message.body, message.body)
        ]
    finally:
        program.terminate()
        said, complaints = program.communicate(timeout=60)

    assert answers == [400, 204, 204], complaints
    assert said.count("refused a message: no signature fits") == 1
    assert re.findall(r"^fulfilled (ord_\w+) \(poster x 2\)$", said, re.MULTILINE) == [
        json.loads(message.body)["data"]["order"]["id"]
    ]
