"""kill -9 under load: nothing that was answered 2xx is lost, nothing happens twice."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import requests

from tests.support.running_stack import Bought, Stack, side_by_side, until
from tests.support.service import Service

from .conftest import MakeStack

SHORT_ON = "postgresql"


def test_killing_workers_and_whole_trees_loses_nothing(make_stack: MakeStack, full: bool) -> None:
    stack = make_stack()
    orders, kills = (300, 60) if full else (16, 5)
    bought = side_by_side(lambda n: stack.buy(n, tries=10), range(orders), threads=8)
    stack.faults(webhooks={"drop": 1.0})
    side_by_side(stack.pay, bought)
    events = {e["data"]["object"]["id"]: e for e in stack.events("checkout.session.completed")}
    stack.no_faults()
    done = threading.Event()
    killed: list[str] = []
    reaper = threading.Thread(target=_reap, args=(stack.services, done, killed, kills))
    reaper.start()

    def deliver(one: Bought) -> None:
        for turn in range(3):
            _deliver_until_taken(stack, events[one.session], turn)

    started = time.monotonic()
    while len(killed) < kills and time.monotonic() - started < 300:
        side_by_side(deliver, bought, threads=8)
    done.set()
    reaper.join()
    for service in stack.services:
        _revive(service)

    assert len(killed) >= kills
    until(
        lambda: len(stack.paid_messages()) == orders,
        what="one message id per paid order",
    )
    for one in bought:
        order = stack.order(one)
        assert (order["status"], order["fulfilled"]) == ("paid", True)
        assert sum(entry["reason"] == "fulfilled" for entry in order["trail"]) == 1


def _deliver_until_taken(stack: Stack, event: Any, turn: int) -> None:
    for attempt in range(200):
        try:
            if stack.post_event(event, service=turn + attempt) == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError("never taken")


def _reap(services: list[Service], done: threading.Event, killed: list[str], wanted: int) -> None:
    """Kill a random process every moment; what died whole is started again."""
    chance = random.Random(11)
    while not done.is_set() and len(killed) < wanted:
        time.sleep(chance.uniform(0.1, 0.5))
        service = chance.choice(services)
        if chance.random() < 0.3:
            service.kill()
            killed.append("tree")
        else:
            victims = _children(service)
            if victims:
                os.kill(chance.choice(victims), signal.SIGKILL)
                killed.append("worker")
        _revive(service)


def _children(service: Service) -> list[int]:
    if service.web is None:
        return []
    pid = service.web.pid
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _revive(service: Service) -> None:
    if service.web is None or service.web.process.poll() is not None:
        service.start_web()
    alive = [worker for worker in service.workers if worker.process.poll() is None]
    service.workers[:] = alive
    if not alive:
        service.start_worker()
