"""What is run: each piece of software, where its pinned versions stand, and its steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Software:
    name: str
    package: str  # whose version the table shows
    pins: str  # a file of pins/: .txt for pip, .json for npm
    steps: str  # a file of steps/
    needs_postgres: bool = False

    @property
    def is_npm(self) -> bool:
        return self.pins.endswith(".json")


ALL = (
    Software("stripe-python, oldest", "stripe", "stripe-python-oldest.txt", "stripe_python.py"),
    Software("stripe-python, newest", "stripe", "stripe-python-newest.txt", "stripe_python.py"),
    Software("stripe-node", "stripe", "stripe-node.json", "stripe_node.mjs"),
    Software("Stripe's CLI", "@stripe/cli", "stripe-cli.json", "stripe_cli.py"),
    Software(
        "stripe-sync-engine", "@supabase/stripe-sync-engine", "sync-engine.json",
        "sync_engine.mjs", needs_postgres=True,
    ),
    Software("dj-stripe", "dj-stripe", "dj-stripe.txt", "dj_stripe.py", needs_postgres=True),
    Software(
        "django-payments", "django-payments", "django-payments.txt", "django_payments.py",
        needs_postgres=True,
    ),
    Software("Better Auth", "@better-auth/stripe", "better-auth.json", "better_auth.mjs"),
)  # fmt: skip
