"""`flask erase` takes people out; `orders explain` goes on telling the story."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.on_stage import Admin, admin_on
from tests.support.stage import Stage

EMAIL = "ada@example.com"


@pytest.fixture
def admin(stage: Stage, tmp_path: Path) -> Admin:
    return admin_on(stage, tmp_path)


def test_an_erased_order_is_still_explained(admin: Admin) -> None:
    bought = admin.stage.buys(customer_email=EMAIL)
    admin.stage.pays(bought, email=EMAIL)
    admin.stage.delivers()
    admin.stage.delivers_messages()
    before = admin.text("orders", "explain", bought.order)

    assert "Erased 1 orders" in admin.text("erase", "--order", bought.order)

    assert admin.text("orders", "explain", bought.order) == before
    assert EMAIL not in admin.text("orders", "show", bought.order, "--json")


def test_an_order_that_waits_is_told_and_left(admin: Admin) -> None:
    bought = admin.stage.buys(customer_email=EMAIL)

    result = admin.run("erase", "--email", EMAIL)

    assert result.exit_code == 1
    assert f"Not finished yet, so not erased: {bought.order}" in result.stderr


def test_age_is_said_in_days_and_the_answer_is_for_machines_too(admin: Admin) -> None:
    admin.stage.pays(admin.stage.buys())
    admin.stage.delivers()
    admin.stage.advance(3 * 86_400)

    assert admin.json("erase", "--older-than", "4")["orders"] == 0
    assert admin.json("erase", "--older-than", "2")["orders"] == 1


@pytest.mark.parametrize("words", [(), ("--order", "ord_1", "--email", EMAIL)])
def test_one_of_the_three_must_be_said(admin: Admin, words: tuple[str, ...]) -> None:
    assert admin.run("erase", *words).exit_code == 2
