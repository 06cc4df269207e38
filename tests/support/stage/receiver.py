"""The merchant's backend: it answers by script and keeps what it got."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from checkout_service.domain.ports.notify import Delivered, Outcome


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it arrived."""

    id: str
    body: dict[str, Any]


@dataclass(slots=True)
class RecordingReceiver:
    """Answers in the order of the script and keeps giving the last answer."""

    name: str = "stage"
    place: str = "backend.example"
    got: list[Got] = field(default_factory=list)
    _script: list[Outcome] = field(default_factory=lambda: [Delivered()])

    def says(self, *outcomes: Outcome) -> None:
        self._script = list(outcomes)

    def send(self, message_id: str, body: str) -> Outcome:
        self.got.append(Got(message_id, json.loads(body)))
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]
