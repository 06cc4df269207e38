"""The doctor and all that it looks at, put together of the parts that the product is made of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from checkout_service.merchant_gateway import NetworkProbe
from checkout_service.stripe_gateway import build_account
from checkout_service.use_cases.doctor import doctor
from checkout_service.use_cases.doctor.check_result import Shop

if TYPE_CHECKING:
    from .parts import Parts


def build_doctor(parts: Parts) -> doctor.Doctor:
    settings = parts.settings
    account = build_account(
        secret_key=settings.stripe_secret_key,
        api_base=settings.stripe_api_base,
        context=settings.stripe_context,
        make_transport=parts.around.make_transport,
    )
    shop = Shop(
        settings,
        account,
        parts.catalog,
        parts.database,
        parts.check_readiness,
        parts.deliver_outbox,
        NetworkProbe(),
        parts.clock,
        parts.real_clock,
        os.environ,
    )
    return doctor.build_doctor(shop)
