"""Everything the sandbox remembers: objects by id, in memory and in its own SQLite file.

One lock guards it all; it is never held while a webhook or a fault waits. What happens under it is
one change, made as a whole or not at all. The clock can be moved.
"""

from __future__ import annotations

import copy
import heapq
import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .absent import without
from .errors import ApiError
from .times import RealTime, Time

Json = dict[str, Any]

_CHOSEN = frozenset(("coupon", "product"))  # their ids may be any text, so each has its own space
_ALPHABET = string.ascii_letters + string.digits


_random_bytes: Callable[[int], bytes] = secrets.token_bytes


@contextmanager
def drawn_from(random_bytes: Callable[[int], bytes]) -> Iterator[None]:
    """Draw ids from another source meanwhile, so that a story told again has the same ids."""
    global _random_bytes  # noqa: PLW0603 - ids are made everywhere and handed a source nowhere
    before, _random_bytes = _random_bytes, random_bytes
    try:
        yield
    finally:
        _random_bytes = before


def new_id(prefix: str, length: int = 24) -> str:
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in _random_bytes(length))
    return f"{prefix}_{letters}"


def _key(name: str, kind: str) -> str:
    return f"{kind} {name}" if kind in _CHOSEN else name


class CannotKeep(Exception):
    """The file cannot be used; the message says why."""


def _why(path: str, error: Exception) -> str:
    if "locked" in str(error):
        return f"another sandbox keeps what it knows in {path}"
    if not Path(path).resolve().parent.is_dir():
        return f"there is no folder for {path}"
    if isinstance(error, sqlite3.OperationalError) and "no such column" not in str(error):
        return f"{path} cannot be used: {error}"
    return f"{path} is no database of a sandbox's"


class Store:
    """Objects by id, in the order they were made."""

    def __init__(self, path: str | None = None, time: Time | None = None) -> None:
        self.time = time or RealTime()
        self.lock = threading.RLock()
        self._objects: dict[str, Json] = {}
        self._by_kind: dict[str, list[str]] = {}
        self._alarms: list[tuple[int, int, str]] = []
        self.offset = 0.0
        self._late = threading.local()
        self._deep = 0
        self._afterwards: list[Callable[[], None]] = []
        self.on_reset: list[Callable[[], None]] = []
        try:
            self._file = sqlite3.connect(path or ":memory:", timeout=0, check_same_thread=False)
            self._open()
        except (sqlite3.Error, ValueError, LookupError, TypeError) as error:
            raise CannotKeep(_why(path or "", error)) from error

    def _open(self) -> None:
        self._file.isolation_level = None
        # Nobody else may write here meanwhile; the lock is the system's and ends with the process.
        self._file.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, seq INTEGER, body TEXT)"
        )
        self._file.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value)")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS answers"
            " (name TEXT PRIMARY KEY, at INTEGER, fingerprint TEXT, status INTEGER, body TEXT)"
        )
        self._load()

    def _load(self) -> None:
        self._seq = 0
        rows = self._file.execute("SELECT id, seq, body FROM objects ORDER BY seq").fetchall()
        for name, seq, body in rows:
            thing = json.loads(body)
            key = _key(thing["id"], thing["object"])
            if key != name:  # an older file
                self._file.execute("UPDATE objects SET id = ? WHERE id = ?", (key, name))
            self._objects[key] = thing
            self._by_kind.setdefault(thing["object"], []).append(key)
            self._seq = seq
            self._set_alarm(thing)
        row = self._file.execute("SELECT value FROM settings WHERE name = 'offset'").fetchone()
        self.offset = float(row[0]) if row else 0.0

    @contextmanager
    def change(self) -> Iterator[None]:
        """Hold the lock for a change, and take all of it back if it breaks.

        A refusal is no break but an answer: a declined payment stays.
        """
        with self.lock:
            if self._deep:
                yield
                return
            self._deep = 1
            self._file.execute("BEGIN")
            refused = None
            try:
                try:
                    yield
                except ApiError as error:
                    refused = error
                self._file.execute("COMMIT")
            except BaseException:
                self._take_back()
                raise
            self._tell()
            if refused is not None:
                raise refused

    def afterwards(self, do: Callable[[], None]) -> None:
        """Do something once the change at hand is kept; at once if there is none."""
        if self._deep:
            self._afterwards.append(do)
        else:
            do()

    def _tell(self) -> None:
        self._deep = 0
        done, self._afterwards = self._afterwards, []
        for do in done:
            do()

    def _take_back(self) -> None:
        """Read everything again; an object somebody holds is the same object still."""
        if self._file.in_transaction:  # a full disk has ended it by itself
            self._file.execute("ROLLBACK")
        self._deep = 0
        self._afterwards.clear()
        held = dict(self._objects)
        for kept in (self._objects, self._by_kind, self._alarms):
            kept.clear()
        self._load()
        for key in self._objects.keys() & held.keys():
            thing = held[key]
            now = self._objects[key]
            thing.clear()
            thing.update(now)
            self._objects[key] = thing

    def now(self) -> int:
        """Tell the sandbox's time in whole seconds."""
        return int(self.moment())

    def moment(self) -> float:
        """Tell the sandbox's time in seconds; in what is done late, when it was due."""
        late: float | None = getattr(self._late, "since", None)
        return self.time.time() + self.offset if late is None else late

    @contextmanager
    def as_of(self, moment: float) -> Iterator[None]:
        """Have it be that time for what this thread does: a leap of the clock passes over it."""
        self._late.since = moment
        try:
            yield
        finally:
            self._late.since = None

    def advance(self, seconds: float) -> None:
        with self.lock:
            self.offset += seconds
            self.remember("offset", self.offset)

    def put(self, thing: Json) -> Json:
        """Keep an object; a second put of the same id replaces it.

        One with `_due` (seconds of the sandbox's time) is given by `due` when that time has come.
        """
        key = _key(thing["id"], thing["object"])
        with self.lock:
            if key not in self._objects:
                self._by_kind.setdefault(thing["object"], []).append(key)
                self._seq += 1
                thing["_seq"] = self._seq
            self._objects[key] = thing
            self._file.execute(
                "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)",
                (key, thing["_seq"], json.dumps(thing)),
            )
            self._set_alarm(thing)
            return thing

    def _set_alarm(self, thing: Json) -> None:
        if thing.get("_due"):
            heapq.heappush(
                self._alarms, (thing["_due"], thing["_seq"], _key(thing["id"], thing["object"]))
            )

    def next_due(self) -> int | None:
        """Tell when something is due next, in seconds of the sandbox's time."""
        with self.lock:
            return self._alarms[0][0] if self._alarms else None

    def due(self) -> Iterator[tuple[int, Json]]:
        """Return when what was due, the longest due first, each once.

        Whoever goes through them holds the lock.
        """
        while self._alarms and self._alarms[0][0] <= self.now():
            at, _, name = heapq.heappop(self._alarms)
            thing = self._objects.get(name)
            if thing is not None and thing.get("_due") == at:
                thing["_due"] = None
                yield at, thing

    def get(self, name: object, kind: str | None = None) -> Json | None:
        with self.lock:
            thing = self._objects.get(_key(str(name), kind or ""))
        return thing if thing is not None and kind in (None, thing["object"]) else None

    def newest(self, kind: str) -> Iterator[Json]:
        """Return all objects of a kind, newest first."""
        with self.lock:
            names = list(reversed(self._by_kind.get(kind, [])))
        for name in names:
            thing = self._objects.get(name)
            if thing is not None:
                yield thing

    def drop(self, name: str, kind: str = "") -> None:
        key = _key(name, kind)
        with self.lock:
            thing = self._objects.pop(key, None)
            if thing is not None:
                self._by_kind[thing["object"]].remove(key)
                self._file.execute("DELETE FROM objects WHERE id = ?", (key,))

    def remember(self, name: str, value: object) -> None:
        with self.lock:
            self._file.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def answers(self) -> list[tuple[str, int, str, int, str]]:
        """Return the answers kept for idempotency keys: key, time, fingerprint, status, body."""
        return self._file.execute("SELECT * FROM answers").fetchall()

    def keep_answer(self, key: str, at: int, fingerprint: str, status: int, body: str) -> None:
        with self.lock:
            row = (key, at, fingerprint, status, body)
            self._file.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row)

    def reset(self) -> None:
        """Forget everything, the clock's offset included."""
        with self.lock:
            self._objects.clear()
            self._by_kind.clear()
            self._alarms.clear()
            self._file.execute("DELETE FROM objects")
            self._file.execute("DELETE FROM settings")
            self._file.execute("DELETE FROM answers")
            self.offset = 0.0
            for forget in self.on_reset:
                forget()


def shown(thing: Json) -> Json:
    """Copy an object without what the sandbox notes for itself (names with an underscore)."""
    seen = {key: _plain(value) for key, value in thing.items() if not key.startswith("_")}
    without(seen)
    return seen


def _plain(value: Any) -> Any:
    return copy.deepcopy(value) if isinstance(value, dict | list) else value
