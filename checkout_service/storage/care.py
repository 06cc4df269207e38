"""Parcels and notes of an order: each is written once, whoever presses twice."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from checkout_service.domain.order.care import Note, Parcel, Shipment

from .tables import order_notes, orders, shipments
from .upsert import insert_once

_s, _n = shipments.c, order_notes.c


def add_shipment(connection: Connection, order_id: str, shipment: Shipment) -> bool:
    """Write a parcel down; False if it is there already."""
    parcel = shipment.parcel
    row = {
        "id": shipment.id,
        "order_id": order_id,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "who": shipment.who,
        "shipped_at": shipment.shipped_at,
    }
    return insert_once(connection, shipments, row)


def shipments_of(connection: Connection, order_id: str) -> tuple[Shipment, ...]:
    rows = connection.execute(
        select(shipments).where(_s.order_id == order_id).order_by(_s.shipped_at, _s.id)
    )
    return tuple(
        Shipment(
            row.id,
            Parcel(row.carrier, row.tracking_number, row.tracking_url),
            row.who,
            row.shipped_at,
        )
        for row in rows
    )


def add_note(connection: Connection, order_id: str, note: Note) -> bool:
    """Write a note down; False if it is there already, or no such order is.

    The order has changed then, for whoever erases what has rested long enough.
    """
    touched = connection.execute(
        update(orders).where(orders.c.id == order_id).values(updated_at=note.at)
    )
    if touched.rowcount != 1:
        return False
    row = {
        "id": note.id, "order_id": order_id, "who": note.who, "words": note.words, "at": note.at,
    }  # fmt: skip
    return insert_once(connection, order_notes, row)


def notes_of(connection: Connection, order_id: str) -> tuple[Note, ...]:
    rows = connection.execute(
        select(_n.id, _n.who, _n.words, _n.at).where(_n.order_id == order_id).order_by(_n.at, _n.id)
    )
    return tuple(Note(*tuple(row)) for row in rows)
