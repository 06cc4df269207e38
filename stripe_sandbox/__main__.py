"""`python -m stripe_sandbox`: a small Stripe on your own machine."""

from __future__ import annotations

import argparse

from .app import create_sandbox
from .errors import ApiError
from .forms import check_url
from .server import CannotListen, serve
from .store import CannotKeep

_PORTS = range(65_536)


def main() -> None:
    """Read the options and serve until stopped; ends with a sentence and code 2 if it cannot."""
    parser = argparse.ArgumentParser(prog="stripe_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=4242, help="0 takes a free one")
    parser.add_argument("--database", help="a SQLite file; without one all is forgotten at the end")
    parser.add_argument("--webhook", type=_url, metavar="URL", help="where every event is sent")
    parser.add_argument("--webhook-secret", metavar="whsec_...", help="what they are signed with")
    options = parser.parse_args()
    if bool(options.webhook) != bool(options.webhook_secret):
        parser.error("--webhook and --webhook-secret go together")
    try:
        app = create_sandbox(
            database=options.database,
            webhook=options.webhook,
            webhook_secret=options.webhook_secret,
        )
        serve(app, options.host, options.port)
    except (CannotKeep, CannotListen) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) in _PORTS):
        raise argparse.ArgumentTypeError(f"{text} is no port: 0 to 65535")
    return int(text)


def _url(text: str) -> str:
    try:
        return check_url(text, "webhook")
    except ApiError:
        raise argparse.ArgumentTypeError(f"{text} is no http address") from None


if __name__ == "__main__":
    main()
