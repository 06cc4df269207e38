"""Attackers: plain sockets that send what they like and look at nothing but the status."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import stripe

from tests.support.hostile.attack import Attack, request
from tests.support.service import WEBHOOK_SECRET

SERVER_ERROR = 500
_SHOWN = 600  # bytes of an attack that broke something
PATIENCE = 60  # seconds for an answer to a whole request
_GLANCE = 1  # seconds for one to a request whose end may never come
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Toll:
    """What the attacks were answered; 0 is a connection closed, or left, without a word."""

    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def note(self, attack: Attack, answer: bytes) -> None:
        found = statuses_in(answer) or [0]
        self.kinds[attack.kind] += 1
        self.statuses.update(found)
        said_nothing = attack.whole and found == [0]
        if said_nothing or max(found) >= SERVER_ERROR:
            self.broken.append(f"{found} {attack.kind}: {attack.data[:_SHOWN]!r}")


async def attack(port: int, attacks: Iterator[Attack], *, attackers: int = 64) -> Toll:
    """Send them all, each on a connection of its own that is reset when it was answered."""
    toll = Toll()

    async def send_on() -> None:
        for one in attacks:
            patience = PATIENCE if one.whole else _GLANCE
            toll.note(one, await say(port, one.data, patience=patience))

    await asyncio.gather(*(send_on() for _ in range(attackers)))
    return toll


async def say(port: int, data: bytes, *, patience: float = PATIENCE) -> bytes:
    """Send bytes on a connection of their own; give what came back, until the server closes."""
    got = b""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return got
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    try:
        async with asyncio.timeout(patience):
            writer.write(data)
            while piece := await reader.read(65_536):
                got += piece
    except (OSError, TimeoutError):
        pass  # it was refused while it was still talking, or waits for more
    finally:
        writer.transport.abort()
    return got


def statuses_in(answers: bytes) -> list[int]:
    """List the statuses of answers that stand one behind the other."""
    return [int(status) for status in _STATUS.findall(answers)]


def honest_event() -> bytes:
    """Write the request of an event that is signed, whole, and none of ours."""
    event = {
        "id": f"evt_{secrets.token_hex(8)}", "object": "event", "type": "plan.created",
        "created": int(time.time()), "livemode": False, "api_version": stripe.api_version,
        "data": {"object": {"id": "plan_x", "object": "plan"}},
    }  # fmt: skip
    body = json.dumps(event)
    said = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    headers = {"Content-Type": "application/json", "Stripe-Signature": said}
    return request("POST", "/webhooks/stripe", headers=headers, body=body.encode())
