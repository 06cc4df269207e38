"""The parameters of Stripe's `checkout.Session.create`, read from the installed SDK's annotations.

`python -m tests.support.session_parameters` writes the product's table anew; a test keeps it equal
to the SDK. The types are those of `tests.support.sandbox_parameters`.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.support import sandbox_parameters

TABLE = Path(__file__).parents[2] / "checkout_service" / "domain" / "session" / "parameters.json"


def text() -> str:
    """Write the table as it is kept: one parameter a line."""
    fields = sandbox_parameters.table()["POST /v1/checkout/sessions"]["fields"]
    lines = [
        f"{json.dumps(name)}: {json.dumps(shape, separators=(',', ':'))}"
        for name, shape in fields.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(text(), "utf-8")
