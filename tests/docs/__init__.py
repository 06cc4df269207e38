"""Whole stories over HTTP. The checks in `shop` explain themselves when they fail."""

import pytest

pytest.register_assert_rewrite("tests.support.running_shop")
