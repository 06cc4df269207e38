"""The languages of Stripe's page are the SDK's own, whatever a release of it adds."""

from __future__ import annotations

import ast
from typing import get_args

from stripe.params.checkout import SessionCreateParams

from checkout_service.stripe_gateway import LOCALES


def test_the_languages_are_those_of_the_installed_sdk() -> None:
    # The type is written `NotRequired["Literal['auto', ...] | str"]`.
    (written,) = get_args(SessionCreateParams.__annotations__["locale"])
    nodes = ast.walk(ast.parse(written.__forward_arg__, mode="eval"))
    words = [node.value for node in nodes if isinstance(node, ast.Constant)]
    assert list(LOCALES) == words
    assert {"auto", "de", "en-GB", "es-419", "hi-IN", "zh-TW"} <= set(LOCALES)
