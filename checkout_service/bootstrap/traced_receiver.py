"""Messages to the merchant's backend as spans."""

from __future__ import annotations

import urllib3

from checkout_service.merchant_gateway import MerchantReceiver

from .client_span import client_span


class TracedReceiver(MerchantReceiver):
    """Makes a span of each message, without what is secret in the address; hands the trace on."""

    def post(
        self, pool: urllib3.HTTPConnectionPool, headers: dict[str, str], body: bytes
    ) -> urllib3.BaseHTTPResponse:
        with client_span("POST", self.address, headers) as told:
            answer = super().post(pool, headers, body)
            told(answer.status)
            return answer
