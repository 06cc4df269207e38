"""Keep what somebody of the shop writes down of an order: for the desk alone, told to nobody."""

from __future__ import annotations

from checkout_service.domain.clock import Clock
from checkout_service.domain.errors import NotFound
from checkout_service.domain.frozen import frozen
from checkout_service.domain.ids import id_from, is_order_id
from checkout_service.domain.order.care import Note
from checkout_service.storage import care
from checkout_service.storage.database import Database


@frozen
class NoteOrder:
    database: Database
    clock: Clock

    def add(self, order_id: str, words: str, *, nonce: str, by: str) -> None:
        """Write a note down, once for a nonce."""
        if not is_order_id(order_id):
            raise NotFound
        note = Note(id_from("nte", nonce), by, words, self.clock.now())
        self.database.write(lambda c: care.add_note(c, order_id, note))

    def of(self, order_id: str) -> tuple[Note, ...]:
        """List the notes of an order, the first one first."""
        with self.database.read() as connection:
            return care.notes_of(connection, order_id)
