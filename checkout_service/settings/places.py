"""Where the product's files are: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IS_INSTALLED = (_PACKAGE / "templates").is_dir()  # a wheel brings the folders inside

FILES = _PACKAGE if _IS_INSTALLED else _PACKAGE.parent
"""The folder that holds `templates` and `migrations`."""

HOME = Path.cwd() if _IS_INSTALLED else _PACKAGE.parent
"""The folder that relative paths in settings start from: never among installed packages."""
