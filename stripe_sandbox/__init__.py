"""A small stateful Stripe over HTTP, for development and tests. No money moves.

It knows nothing of the service that talks to it, and imports nothing of it.
"""

from .running import Refused, RunningSandbox, running_sandbox

__all__ = ["Refused", "RunningSandbox", "running_sandbox"]
