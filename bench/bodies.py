"""Events as long as Stripe's: a session of the sandbox leaves out what nobody asked it for.

Stripe's own example of a session, in an event, takes 5 KB. `session.json` holds what it shows
besides, each with a value that a plain shop would see: nothing of it is bought or paid.
"""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import Any

BESIDES: dict[str, Any] = json.loads(Path(__file__).with_name("session.json").read_text("utf-8"))


def as_stripe_shows(session: dict[str, Any]) -> dict[str, Any]:
    """Return a session with every field that Stripe's has and the sandbox's leaves empty."""
    empty = {name for name in BESIDES if not session.get(name)} | {"customer_details"}
    return session | {name: BESIDES[name] for name in empty}


def event(shown: dict[str, Any], told: dict[str, Any], kind: str) -> str:
    """Write an event of this second about an object, as Stripe does: indented.

    An old one proves less: what it pays is not fulfilled before Stripe was asked.
    """
    name, now = f"evt_{secrets.token_hex(12)}", int(time.time())
    mine = {"id": name, "created": now, "type": kind, "data": {"object": told}}
    return json.dumps(shown | mine, indent=2)
