"""Idempotency keys: the first answer to a key is the answer for a day, errors and 500s too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from .errors import ApiError
from .store import Json, Store

_KEPT_SECONDS = 24 * 3600
_MOST_CHARACTERS = 255
_NOTHING_BEGAN = (400, 404, 429)  # such refusals are not kept

Answer = tuple[int, Json]


@dataclass(slots=True)
class _Kept:
    fingerprint: str
    at: int
    answer: Answer | None = None  # None while it runs


class Keys:
    """Remembers what was answered under which key, in the store's file as well."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, _Kept] = {}
        for name, at, fingerprint, status, body in store.answers():
            self._kept[name] = _Kept(fingerprint, at, (status, json.loads(body)))
        store.on_reset.append(self._kept.clear)

    def once(
        self, key: str, asked: object, run: Callable[[], Answer], replayed: Callable[[], None]
    ) -> Answer:
        """Run a call once per key, else replay its answer and say so. Raises ApiError."""
        if len(key) > _MOST_CHARACTERS:
            raise ApiError("Idempotency keys have at most 255 characters.")
        text = json.dumps(asked, sort_keys=True)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        now = self._store.now()
        with self._store.lock:
            self._prune(now)
            kept = self._kept.get(key)
            if kept is None or kept.at <= now - _KEPT_SECONDS:
                kept = self._kept[key] = _Kept(fingerprint, now)
                mine = True
            else:
                mine = False
        if not mine:
            answer = _replay(kept, fingerprint, key)
            replayed()
            return answer
        return self._first(key, kept, run)

    def _prune(self, now: int) -> None:
        """Forget what was first used a day ago: keys are in the order of their first use."""
        while self._kept:
            key, kept = next(iter(self._kept.items()))
            if kept.at > now - _KEPT_SECONDS:
                return
            del self._kept[key]

    def _first(self, key: str, kept: _Kept, run: Callable[[], Answer]) -> Answer:
        try:
            status, body = run()
        except ApiError as error:
            if error.status in _NOTHING_BEGAN:
                self._drop(key, kept)
                raise
            status, body = error.status, error.body
        except BaseException:
            self._drop(key, kept)
            raise
        text = json.dumps(body)
        with self._store.lock:
            if self._kept.get(key) is kept:
                kept.answer = status, json.loads(text)
                self._store.keep_answer(key, kept.at, kept.fingerprint, status, text)
        return status, body

    def _drop(self, key: str, kept: _Kept) -> None:
        with self._store.lock:
            if self._kept.get(key) is kept:
                del self._kept[key]


def _replay(kept: _Kept, fingerprint: str, key: str) -> Answer:
    if kept.fingerprint != fingerprint:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they "
            f"were first used with. Try using a key other than '{key}' if you meant to "
            "execute a different request.",
            kind="idempotency_error",
        )
    if kept.answer is None:
        raise ApiError(
            f"There is currently another in-progress request using this Idempotent Key ({key}).",
            status=409,
            kind="idempotency_error",
            code="idempotency_key_in_use",
        )
    status, body = kept.answer
    return status, json.loads(json.dumps(body))
