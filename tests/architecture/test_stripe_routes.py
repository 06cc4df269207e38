"""Who may call Stripe, and for what: one list, complete and without a dead line."""

from __future__ import annotations

import re

from checkout_service.stripe_gateway import routes
from tests.support.processes import ROOT

GATEWAY = ROOT / "checkout_service" / "stripe_gateway"
ROUTES = {name: one for name, one in vars(routes).items() if isinstance(one, routes.Route)}
A_PATH_OF_STRIPE = re.compile(r"""["']/v[12]/""")


def beside() -> dict[str, str]:
    """Read the gateway's other modules."""
    paths = sorted(GATEWAY.glob("*.py"))
    return {path.name: path.read_text("utf-8") for path in paths if path.name != "routes.py"}


def test_no_path_of_stripe_is_spelt_outside_the_list_of_routes() -> None:
    assert [name for name, text in beside().items() if A_PATH_OF_STRIPE.search(text)] == []


def test_every_route_is_used() -> None:
    used = {name for text in beside().values() for name in re.findall(r"\broutes\.(\w+)", text)}

    assert used == set(ROUTES)


def test_no_call_is_listed_twice() -> None:
    assert len(ROUTES) == len({(one.method, one.path) for one in ROUTES.values()})


def test_operators_are_told_of_every_permission_a_call_needs() -> None:
    told = (ROOT / "docs" / "operations" / "doctor.md").read_text("utf-8")

    assert {one.permission for one in ROUTES.values() if one.permission not in told} == set()
