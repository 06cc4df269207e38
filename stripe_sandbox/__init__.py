"""A small stateful Stripe over HTTP, for development and tests. No money moves.

It knows nothing of the service that talks to it, and imports nothing of it.
"""

from .app import create_sandbox

__all__ = ["create_sandbox"]
