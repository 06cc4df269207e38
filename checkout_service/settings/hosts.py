"""What a host says of the address that it gives the service; a PUBLIC_BASE_URL always wins."""

from __future__ import annotations

from collections.abc import Mapping

# Heroku tells only an app that has turned dyno metadata on. Fly names the app, not the address.
_SAID = (
    ("RENDER_EXTERNAL_URL", "{}"),
    ("RAILWAY_PUBLIC_DOMAIN", "https://{}"),
    ("HEROKU_APP_DEFAULT_DOMAIN_NAME", "https://{}"),
    ("FLY_APP_NAME", "https://{}.fly.dev"),
)


def own_address(environment: Mapping[str, str]) -> str | None:
    """Return the address under which the host serves us, if it says one."""
    for name, address in _SAID:
        if said := environment.get(name, "").strip():
            return address.format(said)
    return None
