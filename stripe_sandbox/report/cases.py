"""Where such failures were seen, by those they hurt or by a review just in time: public threads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A public thread: `repository#number`, and what happened there."""

    repository: str
    number: int
    told: str
    is_pull: bool = False

    @property
    def name(self) -> str:
        return f"{self.repository}#{self.number}"

    @property
    def url(self) -> str:
        kind = "pull" if self.is_pull else "issues"
        return f"https://github.com/{self.repository}/{kind}/{self.number}"


UNSIGNED = Case(
    "colophon-group/jobseek", 3253, "one unsigned POST could give anybody any plan", is_pull=True
)
NO_HEADER = Case(
    "Robert-Velhorst/013-Hire-AI", 87, "without the header the event was simply believed"
)
OTHER_SECRET = Case(
    "nensii21/devlink", 1398, "signatures were checked against a secret printed in the repository"
)
FORGED = Case(
    "FOSSBilling/FOSSBilling", 3962, "an unverified event could credit money", is_pull=True
)
STALE = Case(
    "profullstack/sh1pt", 711, "a captured event could be sent again for ever", is_pull=True
)
ROLLED = Case(
    "PostHog/posthog", 61131, "only the first signature counted, no secret could be rolled",
    is_pull=True,
)  # fmt: skip
TWO_SECRETS = Case(
    "spatie/laravel-stripe-webhooks", 190, "two endpoints, one secret: half could not be verified",
    is_pull=True,
)  # fmt: skip
UNHANDLED = Case(
    "akash-network/console", 1756, "a bad signature was an unhandled error, and an alarm"
)
RECEIVED_TWICE = Case(
    "woocommerce/woocommerce-gateway-stripe", 3326, "the same event was processed twice"
)
CREDITED_TWICE = Case(
    "pollinations/pollinations", 10621, "a resent event credited the balance again"
)
NOT_UNIQUE = Case(
    "Couchers-org/couchers", 1664, "a payment could be written down twice: nothing was unique"
)
AT_ONCE = Case(
    "Pinelab-studio/pinelab-vendure-plugins", 620, "three webhooks at once settled an order thrice"
)
NOT_ATOMIC = Case(
    "SandeepVashishtha/Eventra", 19032, "a look, then a mark: two deliveries both got through"
)
NOT_OURS = Case(
    "3scale/porta", 3086, "404 for payments of others made Stripe disable the endpoint",
    is_pull=True,
)  # fmt: skip
NOT_2XX = Case(
    "vendurehq/vendure", 1878, "events that needed no action were never acknowledged", is_pull=True
)
MODES = Case(
    "dj-stripe/dj-stripe", 445, "an event of the other mode failed and was sent again and again"
)
MODES_LEAK = Case("solidusio/solidus_stripe", 192, "test events turned up in production, unchecked")
VERSION = Case(
    "Wei-Shaw/sub2api", 1678, "another API version: 400, and buyers saw a payment time out"
)
THIN = Case(
    "craftcms/commerce-stripe", 374, "users set up an endpoint for thin events by mistake",
    is_pull=True,
)  # fmt: skip
SLOW = Case(
    "frappe/press", 1175, "the handler timed out, was tried again, and credited twice",
    is_pull=True,
)  # fmt: skip
REORDERED = Case(
    "laravel/cashier-stripe", 1201, "updated came before created: active became incomplete"
)
TOO_EARLY = Case(
    "woocommerce/woocommerce-gateway-stripe", 5691, "no order yet, acknowledged, never tried again"
)
RACE = Case("getdokan/dokan", 2994, "webhook and redirect both completed the order: double mails")
COUNTED_TWICE = Case(
    "saleor/saleor", 14648, "the webhook came while the buyer completed: money counted twice"
)
DOUBLE_MAILS = Case(
    "woocommerce/woocommerce-gateway-stripe", 3414, "double mails, still after the fix"
)
NO_WEBHOOK = Case(
    "craftcms/commerce-stripe", 337, "paid at Stripe, never completed: one of two ways was missing"
)
UNPAID_RETURN = Case(
    "laravel/docs", 9334, "the documented success route marked unpaid orders as paid",
    is_pull=True,
)  # fmt: skip
ANOTHERS = Case(
    "thephpleague/omnipay", 255, "the final page of a tiny purchase opened for a massive one"
)
MARKED_TOO_SOON = Case(
    "AI-Shipping-Labs/website", 285, "marked as processed before it failed: every retry did nothing"
)
UNPAID_COMPLETE = Case(
    "AI-Shipping-Labs/website", 1423, "completed but unpaid could open the course"
)
DELAYED = Case(
    "woocommerce/woocommerce-gateway-stripe", 1943, "a debit came in, the order stayed on hold"
)
FAILED_PAID = Case(
    "payloadcms/payload", 15902, "a failed payment could still create an order", is_pull=True
)
AMOUNT = Case(
    "unrealbg/BlazorShop", 93, "a signed event does not prove that the amount is the order's"
)
LATE_FAILURE = Case(
    "themeum/tutor", 2360, "the failure of the first try overwrote the success of the second",
    is_pull=True,
)  # fmt: skip
LATE_EXPIRY = Case(
    "woocommerce/woocommerce-gateway-stripe", 5812, "a session's expiry failed a paid order"
)
REFUND = Case(
    "202-ecommerce/stripe_official", 159, "a partial refund canceled the order", is_pull=True
)
