"""The languages of Stripe's page, as the SDK's own types list them: no list of ours to grow old."""

from __future__ import annotations

import ast
from typing import Any, Final, get_args

from stripe.params.checkout import SessionCreateParams


def _words(annotation: Any) -> tuple[str, ...]:
    """Read the words out of `NotRequired["Literal['auto', ...] | str"]`."""
    written = get_args(annotation)[0].__forward_arg__
    nodes = ast.walk(ast.parse(written, mode="eval"))
    return tuple(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


LOCALES: Final = _words(SessionCreateParams.__annotations__["locale"])
