"""What a buyer may change, and what was bought, as texts of JSON in rows, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from checkout_service.domain.order.room import BoughtLine, Offer, Room


def text_of(room: Room | None) -> str | None:
    return None if room is None else json.dumps([asdict(offer) for offer in room.offers])


def room_of(text: str | None) -> Room | None:
    if text is None:
        return None
    return Room(tuple(Offer(**offer) for offer in json.loads(text)))


def text_of_bought(lines: Sequence[BoughtLine]) -> str | None:
    return json.dumps(lines) if lines else None


def bought_of(text: str | None) -> tuple[BoughtLine, ...]:
    return tuple(BoughtLine(*line) for line in json.loads(text)) if text else ()
