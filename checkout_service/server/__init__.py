"""How requests come in and answers go out over sockets: what gunicorn runs the product with."""

BODY_AWAITED = "checkout.body_awaited"
"""In the environ of a request whose body has not come yet: it may be refused, not acted on."""

URGENT = "checkout.urgent"
"""In an application's `extensions`: the paths that are answered whatever the others wait for."""
