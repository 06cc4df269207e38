"""A cart becomes an order's lines: priced here, checked whole, every fault named at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from checkout_service.domain.catalog import Catalog, Price
from checkout_service.domain.errors import Fault, InvalidInput
from checkout_service.domain.frozen import frozen
from checkout_service.domain.money import BadAmount, check_total, check_unit_amount
from checkout_service.domain.ports.prices import PriceView
from checkout_service.domain.replaced import replace
from checkout_service.domain.session.ui_modes import HOSTED

from .ledger import AUTOMATIC, SETUP
from .line import Line

MAX_LINES = 100
MAX_OF_SUBSCRIPTION = 20  # https://docs.stripe.com/api/checkout/sessions/create


@frozen
class CartItem:
    """A choice from the catalog; `adjustable` is said by the merchant's backend alone."""

    price: str
    quantity: int
    adjustable: tuple[int, int] | None = None


@frozen
class PricedItem:
    """A line the merchant's own backend priced (minor units)."""

    name: str
    unit_amount: int
    currency: str
    quantity: int
    adjustable: tuple[int, int] | None = None  # how few and how many the buyer may make it
    tax_behavior: str | None = None


@frozen
class Cart:
    """What a buyer (or the merchant's backend) asks for.

    `locale` is Stripe's page's; without one the catalog's counts, and then `page_locale`, the
    language of the page the buyer comes from.
    """

    items: Sequence[CartItem | PricedItem]
    mode: str | None = None
    currency: str | None = None  # of an order of no amount, which has no items
    success_url: str | None = None  # where the buyer comes back to, from whatever page
    cancel_url: str | None = None
    customer_email: str | None = None
    by_email: bool = False  # the customer whom Stripe keeps for this address
    customer: str | None = None  # of a PaymentIntent; a session's is handed through
    client_reference_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    locale: str | None = None
    page_locale: str | None = None
    allow_promotion_codes: bool = False
    capture: str = AUTOMATIC  # or `manual`: the merchant takes the money later
    session: Mapping[str, object] = field(default_factory=dict)  # handed through to Stripe's page
    ui_mode: str = HOSTED
    redirect_on_completion: str | None = None  # of an embedded page; Stripe's word


def price_lines(
    cart: Cart, catalog: Catalog, stripe_price: Callable[[str], PriceView]
) -> tuple[Line, ...]:
    """Price every line of the cart. Raises InvalidInput naming every fault."""
    faults: list[Fault] = []
    if cart.mode == SETUP:
        return _no_lines(cart)
    if cart.currency is not None:
        faults.append(Fault("currency", "the items say it; it is for mode setup"))
    lines: list[Line] = []
    for place, item in enumerate(cart.items):
        line = (
            _from_catalog(item, catalog, stripe_price, f"items.{place}", faults)
            if isinstance(item, CartItem)
            else _from_backend(item, f"items.{place}", faults)
        )
        if line is not None:
            lines.append(line)
    if not cart.items or len(cart.items) > MAX_LINES:
        faults.append(Fault("items", f"an order has 1 to {MAX_LINES} items"))
    if not faults:
        faults += _faults_of_counts(cart, catalog)
        faults += _faults_of_whole(lines)
        faults += _faults_of_mode(cart, lines)
    if faults:
        raise InvalidInput(faults)
    return tuple(lines)


def _no_lines(cart: Cart) -> tuple[Line, ...]:
    """Check an order that saves a way to pay, and sells nothing. Raises InvalidInput."""
    faults = [Fault("items", "mode setup sells nothing: leave them out")] if cart.items else []
    try:
        check_unit_amount(0, cart.currency or "")
    except BadAmount as error:
        faults.append(Fault("currency", f"mode setup needs one: {error}"))
    if faults:
        raise InvalidInput(faults)
    return ()


def currency_of(cart: Cart, lines: Sequence[Line]) -> str:
    return lines[0].currency if lines else cart.currency or ""


def mode_of(lines: Sequence[Line]) -> str:
    if not lines:
        return SETUP
    return "subscription" if any(line.recurring for line in lines) else "payment"


def _from_catalog(
    item: CartItem,
    catalog: Catalog,
    stripe_price: Callable[[str], PriceView],
    loc: str,
    faults: list[Fault],
) -> Line | None:
    price = catalog.price(item.price)
    if price is None:
        faults.append(Fault(f"{loc}.price", "there is no such price"))
        return None
    if not 1 <= item.quantity <= price.max_quantity:
        faults.append(Fault(f"{loc}.quantity", f"must be from 1 to {price.max_quantity}"))
        return None
    adjustable = item.adjustable or price.adjustable
    if not _fits(adjustable, item.quantity, loc, faults):
        return None
    line = line_of(price, item.quantity, stripe_price, loc, faults)
    return line and replace(line, adjustable=adjustable)


def _faults_of_counts(cart: Cart, catalog: Catalog) -> Iterator[Fault]:
    """Hold all lines of a price together to what one line may be: two are no way around it."""
    counts: Counter[str] = Counter()
    for place, item in enumerate(cart.items):
        price = catalog.price(item.price) if isinstance(item, CartItem) else None
        if price is None:
            continue
        counts[price.id] += item.quantity
        if counts[price.id] > price.max_quantity:
            why = f"{price.id} must be from 1 to {price.max_quantity} in all"
            yield Fault(f"items.{place}.quantity", why)


def _fits(adjustable: tuple[int, int] | None, quantity: int, loc: str, faults: list[Fault]) -> bool:
    """Note a fault unless a quantity is one that the buyer may choose as well."""
    if adjustable is None or adjustable[0] <= quantity <= adjustable[1]:
        return True
    faults.append(Fault(f"{loc}.quantity", f"must be from {adjustable[0]} to {adjustable[1]}"))
    return False


def line_of(
    price: Price,
    quantity: int,
    stripe_price: Callable[[str], PriceView],
    loc: str,
    faults: list[Fault],
    *,
    sold: bool = False,
) -> Line | None:
    """Make an order's line of a catalog price; None, with a fault noted, if it is not for sale.

    What was `sold` already had its price, archived since or not.
    """
    known = resolve(price, stripe_price)
    if known.unit_amount is None or not (known.active or sold):
        faults.append(Fault(f"{loc}.price", "this price cannot be bought right now"))
        return None
    return Line(
        price=price.id,
        name=price.name,
        description=price.description,
        quantity=quantity,
        unit_amount=known.unit_amount,
        currency=known.currency,
        stripe_price=price.stripe_price,
        recurring=known.recurring,
        tax_behavior=price.tax_behavior,
    )


def resolve(price: Price, stripe_price: Callable[[str], PriceView]) -> PriceView:
    """Return the amount of a price: the catalog's own, or the one Stripe's Price says."""
    if price.stripe_price is not None:
        return stripe_price(price.stripe_price)
    return PriceView(
        price.id, price.unit_amount, price.currency or "", price.recurring, active=True
    )


def _from_backend(item: PricedItem, loc: str, faults: list[Fault]) -> Line | None:
    try:
        check_unit_amount(item.unit_amount, item.currency)
    except BadAmount as error:
        faults.append(Fault(f"{loc}.unit_amount", str(error)))
        return None
    if not _fits(item.adjustable, item.quantity, loc, faults):
        return None
    return Line(
        price=None,
        name=item.name,
        description="",
        quantity=item.quantity,
        unit_amount=item.unit_amount,
        currency=item.currency,
        adjustable=item.adjustable,
        tax_behavior=item.tax_behavior,
    )


def _faults_of_whole(lines: Sequence[Line]) -> list[Fault]:
    currencies = sorted({line.currency for line in lines})
    if len(currencies) > 1:
        return [Fault("items", f"one order has one currency, not {' and '.join(currencies)}")]
    try:
        check_total(sum(line.amount for line in lines), currencies[0])
    except BadAmount as error:
        return [Fault("items", str(error))]
    return []


def _faults_of_mode(cart: Cart, lines: Sequence[Line]) -> list[Fault]:
    mode = mode_of(lines)
    if cart.mode is not None and cart.mode != mode:
        return [Fault("mode", f"these prices need mode {mode}")]
    recurring = sum(1 for line in lines if line.recurring)
    if mode == "subscription" and max(recurring, len(lines) - recurring) > MAX_OF_SUBSCRIPTION:
        most = f"{MAX_OF_SUBSCRIPTION} recurring and {MAX_OF_SUBSCRIPTION} other items at most"
        return [Fault("items", f"a subscription has {most}")]
    return []
