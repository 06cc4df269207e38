"""One JSON object a line on stdout, from the product, gunicorn and werkzeug alike.

Everything passes `redact` last: a secret is known by its shape (or its value), whoever logs it.
"""

from __future__ import annotations

import logging
import math
import re
import sys
from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

_LONGEST = 1_500  # characters of one value; a whole line stays one write to a pipe
_LONGEST_TRACE = 2_500
_TAKEN_OVER = ("gunicorn.error", "gunicorn.access", "werkzeug")
_QUIET = ("stripe", "urllib3", "flask_cors", "apscheduler", "alembic")
_ONCE_IS_ENOUGH = ("sqlalchemy.pool", "psycopg", "psycopg.pool")
# Every shape below, and every card number, has one of these: most texts need no closer look.
_SUSPECT = re.compile(
    r"[srp]k_(?:org_)?(?:live|test)_|whsec_|_secret_|cs_(?:live|test)_|@|(?i:bearer|basic) |"
    r"\d(?:[ -]?\d){12}"
)
_SHAPES = (
    (re.compile(r"\b(sk_org|sk|rk|pk)_(live|test)_[A-Za-z0-9_]+"), r"\1_\2_[hidden]"),
    (re.compile(r"\bwhsec_[A-Za-z0-9_+/=-]+"), "whsec_[hidden]"),
    (re.compile(r"\b((?:pi|seti|cs)_[A-Za-z0-9_]+?)_secret_[A-Za-z0-9_%]+"), r"\1_secret_[hidden]"),
    # Who holds a session's id may ask for its state: the log keeps enough to find it again.
    (re.compile(r"\b(cs_(?:live|test)_[A-Za-z0-9]{8})[A-Za-z0-9]{4,}"), r"\1..."),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), r"\1[hidden]@"),
    (re.compile(r"(?i)\b(bearer|basic) +[A-Za-z0-9._~+/=-]+"), r"\1 [hidden]"),
    (re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}"), "[e-mail]"),
)
_DIGITS = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
_CARD_LENGTHS = range(13, 20)


class Redactor:
    """Hides what must not be written: by its shape, and the given secrets by their value."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # A short word is no secret worth the risk of hiding half the language.
        known = sorted({s for s in secrets if len(s) >= 8}, key=len, reverse=True)  # noqa: PLR2004
        self._known = re.compile("|".join(map(re.escape, known))) if known else None
        self._name = lru_cache(maxsize=1_000)(self.text)  # names come again with every line

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> dict[str, Any]:
        return {self._name(str(key)): self.value(value, str(key)) for key, value in event.items()}

    def value(self, value: Any, key: str = "") -> Any:
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, dict):
            return {self.text(str(k)): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        text = self.text(str(value))
        if key == "exception":
            return text[-_LONGEST_TRACE:]
        return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."

    def text(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub("[hidden]", text)
        if not _SUSPECT.search(text):
            return text
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return _DIGITS.sub(_hide_card, text)


def _hide_card(match: re.Match[str]) -> str:
    digits = [int(c) for c in match[0] if c.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    is_card = len(digits) in _CARD_LENGTHS and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return "[digits]" if is_card else match[0]


class StdoutHandler(logging.Handler):
    """Writes each line at once to whatever stdout is now."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stdout.write(self.format(record) + "\n")
            sys.stdout.flush()
        except OSError:  # a full disk, a pipe without a reader: there is nobody left to tell
            return
        except Exception:  # noqa: BLE001 - logging must not fail what it reports on
            self.handleError(record)


def configure(level: str = "INFO", secrets: Iterable[str] = ()) -> Redactor:
    """Send every logger of this process through one formatter; return what it hides secrets with.

    Safe to call again.
    """
    redact = Redactor(secrets)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_extra,  # before the line's own facts, which win
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    handler = StdoutHandler()
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _first_things_first,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    # Handlers of others, such as a test's, stay.
    root.handlers = [h for h in root.handlers if not isinstance(h, StdoutHandler)] + [handler]
    root.setLevel(level)
    for name in _TAKEN_OVER:
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # They trace every connection that a stopped database takes along; we tell of that once.
    for name in _ONCE_IS_ENOUGH:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    return redact


def bind_request(request_id: str) -> None:
    """Put the request's id on every line this request logs."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


_EXTRA = structlog.stdlib.ExtraAdder()


def _add_extra(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Add what a line was given as `extra`; one named `event` must not take the event's name."""
    name = event["event"]
    event = _EXTRA(logger, method, event)
    if event["event"] is not name:
        event.update(event=name, extra_event=event["event"])
    return event


def _first_things_first(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Lead with time and level: what a person's eye looks for first."""
    event.pop("message", None)  # left on the record by another handler's formatter
    first = {key: event.pop(key) for key in ("time", "level", "logger", "event") if key in event}
    return {**first, **event}


def report_to_sentry(dsn: str, redact: Redactor) -> None:
    """Send errors to Sentry, redacted as log lines are."""
    import sentry_sdk  # noqa: PLC0415 - a slow import that most shops do without

    sentry_sdk.init(
        dsn=dsn,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=lambda event, _hint: redact.value(event),
    )
