"""`.env`, read literally: a `$` in a password is a `$`."""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import dotenv_values, load_dotenv

from .places import HOME


def read_env_file(folder: Path = HOME) -> None:
    """Put what `.env` says into the environment; what is set there already stays.

    Flask's own command line may have read the file before us and have filled in each `${...}`:
    that is put right.
    """
    file = folder / ".env"
    if not load_dotenv(file, interpolate=False):
        return
    filled_in = dotenv_values(file)
    for name, value in dotenv_values(file, interpolate=False).items():
        if value is not None and os.environ.get(name) == filled_in[name]:
            os.environ[name] = value
