"""Why money that is held on a buyer's card, or is not, could not be taken or let go."""

from __future__ import annotations

from .errors import CheckoutError, RefundRefused
from .money import in_words


class NotAuthorized(CheckoutError):
    """There is no money to capture or to let go."""

    code = "not_authorized"

    def __init__(self) -> None:
        super().__init__(
            "No money is authorised on this order: nobody has paid yet, the order was not made "
            'with "capture": "manual", or the authorisation has ended.'
        )


class CaptureTooLarge(CheckoutError):
    code = "capture_too_large"

    def __init__(self, most: int, currency: str) -> None:
        words = in_words(most, currency)
        super().__init__(f"The capture is larger than what is authorised ({words}).")


class CaptureInProgress(CheckoutError):
    """Another capture, or a void, of this money has an outcome that nobody knows yet."""

    code = "capture_in_progress"

    def __init__(self) -> None:
        super().__init__("Another capture or void of this order is under way: look at it first.")


class CaptureRefused(RefundRefused):
    """Stripe refused a capture or void; `stripe_code` is its own word for the reason."""

    code = "capture_refused"
