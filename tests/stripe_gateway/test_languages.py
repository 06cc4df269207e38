"""The languages of Stripe's page are the SDK's own, whatever a release of it adds."""

from __future__ import annotations

from pathlib import Path

import stripe.params.checkout

from checkout_service.stripe_gateway import LOCALES


def test_the_languages_are_those_of_the_installed_sdk() -> None:
    assert len(LOCALES) == len(set(LOCALES)) > 40
    assert {"auto", "de", "en-GB", "es-419", "hi-IN", "zh-TW"} <= set(LOCALES)
    source = Path(stripe.params.checkout.__path__[0], "_session_create_params.py").read_text()
    assert repr(list(LOCALES)).strip("[]") in source
