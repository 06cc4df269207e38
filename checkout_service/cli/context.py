"""What every command stands on: the use cases, and failures told as one line and an exit code."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from checkout_service.domain import errors
from checkout_service.settings import Settings
from checkout_service.use_cases import UseCases

P = ParamSpec("P")

SETTINGS = "CHECKOUT_SETTINGS"
USE_CASES = "checkout_service"

REFUSED, WRONG_INPUT, CANNOT_WRITE, TRY_AGAIN = 1, 2, 74, 75
_NOWHERE_TO_WRITE = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF))
_PASSING = (
    errors.StripeUnavailable,
    errors.ReadsSpent,
    errors.DatabaseUnavailable,
    errors.StaleOrder,
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def use_cases() -> UseCases:
    return cast("UseCases", current_app.extensions[USE_CASES])


def settings() -> Settings:
    return cast("Settings", current_app.config[SETTINGS])


def for_people(function: Callable[P, None]) -> Callable[P, None]:
    """Run a command in the application, with its output alone on stdout."""

    @with_appcontext
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        speak_any_encoding()
        with logs_on_stderr():
            in_words(function)(*args, **kwargs)

    return cast("Callable[P, None]", run)


def in_words(function: Callable[P, None]) -> Callable[P, None]:
    """Let a command that fails end with one sentence and an exit code."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except errors.CheckoutError as error:
            fail(_with_reason(error), exit_code(error))
        except OSError as error:
            if error.errno not in _NOWHERE_TO_WRITE:
                raise
            leave_stdout()
            fail(f"The answer could not be written: {error.strerror}.", CANNOT_WRITE)

    return run


def _with_reason(error: errors.CheckoutError) -> str:
    """Add what the database said itself."""
    reason = error.reason if isinstance(error, errors.DatabaseUnavailable) else ""
    return f"{str(error).removesuffix('.')}: {reason}." if reason else str(error)


def exit_code(error: errors.CheckoutError) -> int:
    if isinstance(error, _PASSING):
        return TRY_AGAIN
    return WRONG_INPUT if isinstance(error, errors.InvalidInput) else REFUSED


def fail(why: str, code: int = REFUSED) -> None:
    """End the command with a sentence on stderr."""
    with suppress(OSError):  # stderr may be on the same full disk
        click.echo(f"Error: {why}", err=True)
    raise click.exceptions.Exit(code)


class _Closed(io.TextIOBase):
    """Stands for a stdout that was closed: nothing is said in vain."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def speak_any_encoding() -> None:
    """Write what the terminal's encoding has no sign for as an escape, instead of failing."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def leave_stdout() -> None:
    """Let go of what is still held for stdout: writing it at the exit would fail once more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@contextmanager
def logs_on_stderr() -> Iterator[None]:
    """Keep the log off stdout, where a pipe expects the answer and nothing else."""
    root = logging.getLogger()
    before = root.handlers[:]
    aside = logging.StreamHandler(sys.stderr)
    if before:
        aside.setFormatter(before[0].formatter)
    root.handlers = [aside]
    try:
        yield
    finally:
        root.handlers = before
