"""What the pages with a payment form may load: Stripe's own origins, or the sandbox's."""

from __future__ import annotations

from urllib.parse import urlsplit

from checkout_service.settings import Settings
from checkout_service.web.context import catalog
from checkout_service.web.http.security import content_policy

# https://docs.stripe.com/security/guide#content-security-policy
_SCRIPTS = ("https://js.stripe.com", "https://*.js.stripe.com")
_FRAMES = (*_SCRIPTS, "https://hooks.stripe.com")
_API = "https://api.stripe.com"
_CHECKOUT, _IMAGES = "https://checkout.stripe.com", "https://*.stripe.com"


def pay_policy(known: Settings, *, framed: bool = False) -> str:
    """Open these origins to the page with the form and to no other; `framed` for Stripe's page."""
    script, images = _origin(known.stripe_js_url), catalog().image_origins
    if script not in _SCRIPTS:
        return content_policy(
            known, scripts=(script,), frames=(script,), connects=(script,), images=images
        )
    page = (_CHECKOUT,) if framed else ()
    return content_policy(
        known,
        scripts=(*_SCRIPTS, *page),
        frames=(*_FRAMES, *page),
        connects=(_API, *page),
        images=(*images, _IMAGES) if framed else images,
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
