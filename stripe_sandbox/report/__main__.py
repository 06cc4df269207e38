"""`python -m stripe_sandbox.report`: examine an integration, print its card."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from pathlib import Path

from .as_json import as_json
from .as_page import as_page
from .as_text import line_of, summary
from .badge import badge
from .card import Card
from .doors import Create, Fulfilled
from .examiner import Examiner
from .ground import KEY, Ground
from .options import read
from .runner import CouldNotRun, Outcome, Result, check_doors, run
from .sender import Sender
from .trials import all_trials

HELD, FAILED, COULD_NOT_RUN = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    options = read(arguments)
    try:
        ground = Ground(options.sandbox_host, options.sandbox_port)
    except (OSError, SystemExit):
        taken = f"{options.sandbox_host}:{options.sandbox_port}"
        return _no(f"The sandbox cannot listen on {taken}: choose another --sandbox-port.")
    try:
        return _examine(options, ground)
    except CouldNotRun as error:
        return _no(str(error))
    except KeyboardInterrupt:
        return _no("Interrupted.")
    finally:
        ground.close()


def _examine(options: Namespace, ground: Ground) -> int:
    examiner = Examiner(
        Sender(options.target, options.secret), ground, _create(options), _fulfilled(options),
        kinds=options.kinds, patience=options.patience, settling=options.settling,
        abroad=options.allow_remote,
    )  # fmt: skip
    tell = _silent if options.json else _tell
    if options.sandbox_port is not None and not options.json:
        _say(f"Sandbox on {ground.url} (STRIPE_API_BASE={ground.url} STRIPE_SECRET_KEY={KEY})\n")
    check_doors(examiner)
    results = run(all_trials(), examiner, tell)
    at = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    card = Card(options.target, at, results)
    _say(as_json(card) if options.json else f"\n{summary(card)}")
    _write(options.html, as_page(card))
    _write(options.badge, badge(card))
    return FAILED if card.those(Outcome.FAILED) else HELD


def _write(path: str | None, text: str) -> None:
    if path is None:
        return
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise CouldNotRun(f"{path} cannot be written: {error.strerror}.") from error


def _create(options: Namespace) -> Create | None:
    if options.create is None:
        return None
    return Create(options.create, options.create_method, options.body, options.headers)


def _fulfilled(options: Namespace) -> Fulfilled | None:
    return Fulfilled(options.fulfilled, options.headers) if options.fulfilled else None


def _tell(result: Result) -> None:
    _say(line_of(result))


def _silent(_: Result) -> None:
    """Say nothing: the card is told whole at the end."""


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command


def _no(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201
    return COULD_NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
