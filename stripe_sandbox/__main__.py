"""`python -m stripe_sandbox`: a small Stripe on your own machine."""

from __future__ import annotations

import argparse

from .app import create_sandbox
from .server import serve


def main() -> None:
    """Read the options and serve until stopped."""
    parser = argparse.ArgumentParser(prog="stripe_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4242, help="0 takes a free one")
    parser.add_argument("--database", help="a SQLite file; without one all is forgotten at the end")
    parser.add_argument("--webhook", metavar="URL", help="where every event is sent")
    parser.add_argument("--webhook-secret", metavar="whsec_...", help="what they are signed with")
    options = parser.parse_args()
    if bool(options.webhook) != bool(options.webhook_secret):
        parser.error("--webhook and --webhook-secret go together")
    app = create_sandbox(
        database=options.database,
        webhook=options.webhook,
        webhook_secret=options.webhook_secret,
    )
    serve(app, options.host, options.port)


if __name__ == "__main__":
    main()
