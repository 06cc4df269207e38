"""One JSON object a line on stdout, from the product, gunicorn and werkzeug alike.

Everything passes `redact` last: a secret is known by its shape (or its value), whoever logs it.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

_LONGEST = 1_500  # characters of one value; a whole line stays one write to a pipe
_LONGEST_TRACE = 2_500
_TAKEN_OVER = ("gunicorn.error", "gunicorn.access", "werkzeug")
_QUIET = ("stripe", "urllib3", "flask_cors", "apscheduler", "alembic")
_ONCE_IS_ENOUGH = ("sqlalchemy.pool", "psycopg", "psycopg.pool")
# What a record has by itself, and what other handlers' formatters leave on it.
_OF_EVERY_RECORD = frozenset(
    {*vars(logging.LogRecord("", 0, "", 0, "", None, None)), "message", "asctime"}
)
_request_id: ContextVar[str | None] = ContextVar("checkout_request_id", default=None)
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

    def line(self, facts: dict[str, Any]) -> str:
        """Write a line's facts as JSON, with nothing in it that must not be written."""
        try:
            line = json.dumps(facts, allow_nan=False)
        except (TypeError, ValueError):  # what JSON has no word for is told as text
            line = ""
        if line and len(line) <= _LONGEST and not self._is_suspect(line):
            return line
        return json.dumps({self._name(str(k)): self.value(v, str(k)) for k, v in facts.items()})

    def _is_suspect(self, line: str) -> bool:
        """True if a line may hold a secret; escapes could hide one, so they make it suspect."""
        return (
            "\\" in line
            or _SUSPECT.search(line) is not None
            or (self._known is not None and self._known.search(line) is not None)
        )

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


class LineFormatter(logging.Formatter):
    """Makes a line of a record: what a person's eye looks for first, then what it was given."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds")
        facts: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        request_id = _request_id.get()
        if request_id is not None:
            facts["request_id"] = request_id
        for name, value in vars(record).items():
            if name not in _OF_EVERY_RECORD:  # a line's own facts win over what it was given
                facts.setdefault("extra_event" if name == "event" else name, value)
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            facts["stack"] = self.formatStack(record.stack_info)
        return self._redact.line(facts)


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
    handler = StdoutHandler()
    handler.setFormatter(LineFormatter(redact))
    # No line says where in the code it was written: looking that up costs more than the line.
    logging._srcfile = None  # noqa: SLF001 - documented as the way
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
    _request_id.set(request_id)


def report_to_sentry(dsn: str, redact: Redactor) -> None:
    """Send errors to Sentry, redacted as log lines are."""
    import sentry_sdk  # noqa: PLC0415 - a slow import that most shops do without

    sentry_sdk.init(
        dsn=dsn,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=lambda event, _hint: redact.value(event),
    )
