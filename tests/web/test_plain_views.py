"""No view and no hook is a coroutine: the application does not ask, it calls them as they are."""

from __future__ import annotations

from inspect import iscoroutinefunction, unwrap

from flask import Flask


def test_whatever_a_request_calls_is_a_plain_function(app: Flask) -> None:
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    called = [
        *app.view_functions.values(),
        *(hook for kind in hooks for of_one in kind.values() for hook in of_one),
        *app.teardown_appcontext_funcs,
    ]

    assert len(called) > 30
    assert not [one for one in called if iscoroutinefunction(unwrap(one))]
    assert all(app.ensure_sync(one) is one for one in called)
