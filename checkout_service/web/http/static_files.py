"""Styles and scripts, served in front of the application and cached for ever.

Their addresses carry a digest of the content, so a new release is a new address; only the script
for other sites has one address for ever. What dresses every answer stands in front of them too.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from .mount import at
from .packed import Packed

FOLDER = Path(__file__).resolve().parents[2] / "static"
FOR_OTHER_SITES = "/static/checkout.js"
_SECONDS_ELSEWHERE = 600
_digests: dict[str, str] = {}


def init_app(app: Flask) -> None:
    files = WhiteNoise(
        app.wsgi_app,
        root=str(FOLDER),
        prefix="static/",
        immutable_file_test=lambda _path, url: url != FOR_OTHER_SITES,
        max_age=_SECONDS_ELSEWHERE,
        allow_all_origins=False,
        autorefresh=app.debug,
    )
    app.wsgi_app = Packed(files)  # type: ignore[method-assign]


def static_url(name: str) -> str:
    """Return the address of a static file."""
    if name not in _digests:
        _digests[name] = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return at(f"/static/{name}?v={_digests[name]}")
