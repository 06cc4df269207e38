"""The commands in a real application: real database, the sandbox as Stripe, a merchant to tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine

from checkout_service import create_app
from checkout_service.domain.ids import new_id
from checkout_service.domain.order.cart import Cart, CartItem
from checkout_service.domain.views.orders import OrderView
from checkout_service.flask_db import db
from checkout_service.settings import Settings
from checkout_service.use_cases import UseCases
from tests.support.databases import KEYS
from tests.support.merchant import SECRET, Merchant, running_merchant
from tests.support.stack import Sandbox

CARD = "4242424242424242"


@dataclass
class Shop:
    """An application, and what buyers do there."""

    app: Flask
    sandbox: Sandbox
    merchant: Merchant

    @property
    def uc(self) -> UseCases:
        uc: UseCases = self.app.extensions["checkout_service"]
        return uc

    @property
    def engine(self) -> Engine:
        with self.app.app_context():
            return db.engine

    def run(self, *command: str) -> Result:
        """Run `flask COMMAND`; stdout and stderr are kept apart."""
        return self.app.test_cli_runner().invoke(args=list(command))

    def json(self, *command: str) -> Any:
        """Run a command that must succeed and give what it printed, as JSON."""
        result = self.run(*command, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def buys(self, quantity: int = 1) -> OrderView:
        """Open a session for posters; nothing is paid yet."""
        cart = Cart((CartItem("poster-usd", quantity),))
        return self.uc.start_checkout.start(cart, nonce=new_id("non")).order

    def pays(self, order: OrderView, **changes: Any) -> OrderView:
        session = self.uc.read_orders.view(order.id).checkout_session
        body = {"payment_method": CARD} | changes
        self.sandbox.call("POST", f"checkout/sessions/{session}/pay", body)
        self.uc.look_at_order.look(order.id, source="sweep")
        return self.uc.read_orders.view(order.id)


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with running_merchant() as server:
        yield server


@pytest.fixture
def make_shop(
    sandbox: Sandbox, database_url: str, merchant: Merchant
) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(**changes: Any) -> Shop:
        values: dict[str, Any] = {name.lower(): value for name, value in KEYS.items()}
        values |= {
            "database_url": database_url,
            "stripe_api_base": sandbox.url,
            "notify_url": merchant.url,
            "notify_secret": SECRET,
            "notify_allow_private": True,
        }
        shop = Shop(create_app(Settings.load(**(values | changes))), sandbox, merchant)
        made.append(shop)
        return shop

    yield make
    for shop in made:
        shop.engine.dispose()


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop()
