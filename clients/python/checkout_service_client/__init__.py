"""The checkout service from a merchant's backend."""

from .client import Client
from .feed import CursorStore, FileCursor, Fulfilment, Position
from .notifications import Event, NotGenuine, verify
from .problem import CheckoutProblem

__all__ = [
    "CheckoutProblem", "Client", "CursorStore", "Event", "FileCursor", "Fulfilment", "NotGenuine",
    "Position", "verify",
]  # fmt: skip
