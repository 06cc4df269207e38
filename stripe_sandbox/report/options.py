"""The report's command line, read and checked."""

from __future__ import annotations

import argparse
import json
import os
import re
from argparse import Namespace
from collections.abc import Iterator
from math import inf
from pathlib import Path

from stripe_sandbox.forms import is_url
from stripe_sandbox.parameters import EVENTS

from .addresses import is_near
from .ground import MONTHLY, PRICE

_HELP = f"""\
Sends about fifty trials to a Stripe integration, whatever it is written in: forged, old, doubled,
reordered and unknown events, and with more doors open, whole purchases. Prints what held and what
failed, where such a failure was seen before, and a grade.

What can be judged depends on the doors:
  --target --secret        status codes and times of the webhook's answers
  --create                 besides, events of sessions the integration opened itself. Point its
                           Stripe library at the sandbox this command starts (STRIPE_API_BASE or
                           what it is called there: http://127.0.0.1:4242, any key sk_test_...);
                           it sells "{PRICE}" (25.00 usd) and "{MONTHLY}".
  --create --fulfilled     besides, whether money and goods keep together
What cannot be judged is "not tried", and counts neither way.

Exit code: 0 all that was tried held, 1 something failed, 2 it could not run."""
_EXAMPLE = """example:
  python -m stripe_sandbox.report --target http://localhost:3000/webhook --secret whsec_test \\
    --create http://localhost:3000/checkout --create-json '{"quantity": 1}' \\
    --fulfilled 'http://localhost:3000/orders/{id}' --html card.html"""


def read(arguments: list[str] | None = None) -> Namespace:
    """Read the options; ends with a sentence and code 2 for what makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m stripe_sandbox.report",
        description=_HELP,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _doors(parser)
    _ways(parser)
    options = parser.parse_args(arguments)
    if fault := _fault(options):
        parser.error(fault)
    if options.create and options.sandbox_port is None:
        options.sandbox_port = 4242
    options.headers = dict(_header(line) for line in options.header)
    options.kinds = _kinds(options)
    options.body = json.loads(options.create_json) if options.create_json else None
    return options


def _doors(parser: argparse.ArgumentParser) -> None:
    say = parser.add_argument
    say("--target", required=True, metavar="URL", help="where the integration takes webhooks")
    say("--secret", required=True, action="append", metavar="whsec_...",
        help="what it verifies them with; twice where it knows two")  # fmt: skip
    say("--create", metavar="URL", help="opens a Checkout Session through the integration")
    say("--create-method", choices=("POST", "GET"), default="POST")
    say("--create-json", metavar="JSON", help="the body --create is sent")
    say("--fulfilled", metavar="URL",
        help='tells how often something was fulfilled: 404, or JSON with "fulfilled", a number '
        "or true or false. Filled in: {session} (cs_...), {id} (order or order_id in the answer "
        "of --create, else the session's reference), {reference}, {intent}")  # fmt: skip
    say("--header", action="append", default=[], metavar="'Name: value'",
        help="goes with --create and --fulfilled, an API key for example")  # fmt: skip


def _ways(parser: argparse.ArgumentParser) -> None:
    say = parser.add_argument
    say("--events", metavar="TYPES", default="",
        help="the event types the endpoint is set up for, comma-separated; all")  # fmt: skip
    say("--sandbox-host", default="127.0.0.1", help="where the sandbox listens")
    say("--sandbox-port", type=int,
        help="4242 with --create, and without it none; 0 takes a free one")  # fmt: skip
    say("--patience", type=float, default=15.0, metavar="SECONDS",
        help="how long a paid purchase may take to be fulfilled; 15")  # fmt: skip
    say("--settling", type=float, default=0.5, metavar="SECONDS",
        help="how long to wait at least for what must not happen; 0.5")  # fmt: skip
    say("--json", action="store_true", help="print the card as JSON instead")
    say("--html", metavar="FILE", help="write the card as a page, with a badge")
    say("--badge", metavar="FILE", help="write the badge alone, as SVG")
    say("--allow-remote", action="store_true",
        help="let addresses be elsewhere, if they are yours: forgeries go there")  # fmt: skip


def _fault(options: Namespace) -> str | None:
    """Return what is wrong with the options together."""
    return _fault_of_addresses(options) or next(
        (words for is_wrong, words in _faults(options) if is_wrong), None
    )


def _faults(options: Namespace) -> Iterator[tuple[bool, str]]:
    yield (
        not all(re.fullmatch(r"whsec_\S+", secret) for secret in options.secret),
        "--secret is what signs webhooks: whsec_...",
    )
    yield (
        not all(0 <= seconds < inf for seconds in (options.patience, options.settling)),
        "--patience and --settling are seconds: 0 and more",
    )
    strange = sorted(_kinds(options) - EVENTS)
    yield bool(strange), f"--events: no such type: {', '.join(strange)}"
    port = options.sandbox_port
    yield port is not None and not 0 <= port < 65_536, "--sandbox-port is 0 to 65535"  # noqa: PLR2004
    for path in filter(None, (options.html, options.badge)):
        yield not Path(path).resolve().parent.is_dir(), f"there is no folder for {path}"
        yield not _is_writable(Path(path).resolve()), f"{path} cannot be written"
    yield (
        bool(options.fulfilled and not options.create),
        "--fulfilled needs --create: only what was bought can be fulfilled",
    )
    yield any(":" not in line for line in options.header), "--header is 'Name: value'"
    yield not _is_json(options.create_json or "null"), "--create-json is no JSON"


def _fault_of_addresses(options: Namespace) -> str | None:
    urls = {
        "--target": options.target,
        "--create": options.create,
        "--fulfilled": options.fulfilled,
    }
    given = {name: url for name, url in urls.items() if url is not None}
    for name, url in given.items():
        if not is_url(url):
            return f"{name} is no http address: {url}"
        if not (options.allow_remote or is_near(url)):
            return (
                f"{name} is on another machine. The report sends forged events and floods; if "
                "that machine is yours and sells nothing real, say --allow-remote."
            )
    return None


def _kinds(options: Namespace) -> frozenset[str]:
    return frozenset(kind.strip() for kind in options.events.split(",") if kind.strip())


def _is_writable(path: Path) -> bool:
    """True if a file can be made there, or changed; tried on nothing, so as to leave none."""
    return not path.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
