"""Where a session is paid, and where its buyer comes back to: fields that go together or not."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeVar

from pydantic import Field

from checkout_service.domain.session import EMBEDDED, HOSTED, NEVER

from .fields import fault

UiMode = Literal["hosted_page", "embedded_page", "elements", "form"]
Redirects = Literal["always", "if_required", "never"]
UI_MODE: Any = Field(
    None,
    description="`hosted_page` (by default): send the buyer to `url`; the others are parts of a "
    "page of your own, which hands the answer's `client_secret` to Stripe.js",
)
RETURN_URL: Any = Field(
    None, description="in place of success_url and cancel_url, for pages of your own"
)
REDIRECTS: Any = Field(
    None, description="of embedded_page: whether its buyer is sent to return_url; Stripe's words"
)


class WayBack(Protocol):
    ui_mode: UiMode | None
    success_url: str | None
    cancel_url: str | None
    return_url: str | None
    redirect_on_completion: Redirects | None


Asked = TypeVar("Asked", bound=WayBack)


def check_way_back(body: Asked) -> Asked:
    """Refuse an address that the buyer of this ui_mode never comes to."""
    hosted = body.ui_mode in (None, HOSTED)
    if hosted and body.return_url is not None:
        raise fault("return_url is for pages of your own: name their ui_mode")
    if not hosted and (body.success_url is not None or body.cancel_url is not None):
        raise fault("success_url and cancel_url are Stripe's page's: name return_url")
    if body.redirect_on_completion is not None and body.ui_mode != EMBEDDED:
        raise fault("redirect_on_completion belongs to ui_mode embedded_page")
    if body.redirect_on_completion == NEVER and body.return_url is not None:
        raise fault("a buyer who is never sent anywhere needs no return_url")
    return body
