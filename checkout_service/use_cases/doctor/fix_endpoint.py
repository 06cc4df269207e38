"""Make the webhook endpoint or put it right: what `doctor --fix` does at Stripe, and all it does.

A new endpoint's secret is shown here once and never again. The endpoint before it stays on until
the new secret is set: an event in between must not find a closed door on both sides.
"""

from __future__ import annotations

from checkout_service.domain.frozen import frozen

from .check_result import Shop
from .webhooks import survey


@frozen
class Fixed:
    """What was done, a sentence each, and the new endpoint's secret if one was made."""

    done: tuple[str, ...] = ()
    secret: str | None = None


@frozen
class FixEndpoint:
    shop: Shop

    def fix(self) -> Fixed:
        """Do what is needed and no more. Raises StripeUnavailable, StripeRejected."""
        shop = self.shop
        if shop.settings.pull_mode:
            return Fixed()
        scene = survey(shop)
        best = scene.best
        if best is None or scene.wrong_version:
            made, secret = shop.account.add_endpoint(shop.webhook_url)
            what = f"webhook endpoint {made.id} for {made.url}, API version {made.api_version}"
            return Fixed((f"Made {what}.",), secret)
        done = []
        if scene.faults:
            best = shop.account.fix_endpoint(best, shop.webhook_url)
            done.append(f"Put {best.id} right: on, {best.url}, {len(best.events)} kinds of events.")
        if scene.proven:
            for other in scene.others:
                shop.account.switch_off(other)
                done.append(f"Switched {other.id} off: {best.id} sends the same here.")
        return Fixed(tuple(done))
