"""Stripe's CLI: `stripe trigger` for every event that it offers, and the event must come."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

SANDBOX = os.environ["SANDBOX"]
KEY = "sk_test_1234567890abcdef"
# Ask for several events under a name of the CLI's own.
TOLD_BY = {
    "subscription.payment_failed": "invoice.payment_failed",
    "subscription.payment_succeeded": "invoice.payment_succeeded",
}


def stripe(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path("node_modules/.bin/stripe").resolve()), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def offered() -> list[str]:
    """Read from its own help which events the CLI can trigger."""
    listed = stripe("trigger", "--help").stdout.split("Supported events:")[1].split("Usage:")[0]
    return listed.split()


def sent_since(newest: str | None) -> list[str]:
    """Return the kinds of the events after that one."""
    query = {"limit": "100"} | ({"ending_before": newest} if newest else {})
    return [event["type"] for event in ask("/v1/events", query)["data"]]


def newest_event() -> str | None:
    found = ask("/v1/events", {"limit": "1"})["data"]
    return found[0]["id"] if found else None


def ask(path: str, query: dict[str, str] | None, body: dict[str, int] | None = None) -> Any:
    url = f"{SANDBOX}{path}?{urllib.parse.urlencode(query or {})}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def trigger(event: str) -> str | None:
    """Trigger an event; return why it did not come."""
    before = newest_event()
    done = stripe("trigger", event, "--api-base", SANDBOX, "--api-key", KEY)
    said = f"{done.stdout}\n{done.stderr}"
    failure = re.search(r"Trigger failed.*?(?=\n\n|\Z)", said, re.DOTALL)
    if failure or "Trigger succeeded" not in said:  # it may end badly when all is done
        message = re.search(r'"message": "(.*?)",?\n', said)
        return message[1] if message else " ".join((failure[0] if failure else said).split())
    wanted = TOLD_BY.get(event, re.sub(r"\.(eu|gb)$", "", event))
    came = sent_since(before)
    if wanted not in came:
        ask("/_sandbox/clock", None, {"advance": 600})  # what is delayed at Stripe is here too
        came = sent_since(before)
    return None if wanted in came else f"no {wanted} among {sorted(set(came))}"


def main() -> None:
    events = sys.argv[1:] or offered()
    for event in events:
        why = trigger(event)
        print(f"ok {event}" if why is None else f"not ok {event}: {why}", flush=True)
    print("done")


if __name__ == "__main__":
    main()
