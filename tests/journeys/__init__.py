"""Whole stories over HTTP. The checks in `shop` explain themselves when they fail."""

import pytest

pytest.register_assert_rewrite("tests.support.running_shop")

# What differs between databases is shown on the stage and in storage; DB=sqlite tells them there.
SHORT_ON = "postgresql"
