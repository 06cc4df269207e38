"""The street door: `.env` is read here and nowhere else, and a bad start ends with one message."""

from __future__ import annotations

from checkout_service import create_app
from checkout_service.domain.errors import BadCatalog
from checkout_service.settings import SettingsError
from checkout_service.settings.env_file import read_env_file

read_env_file()

try:
    app = create_app()
except (SettingsError, BadCatalog) as error:
    raise SystemExit(str(error)) from None
