"""`.env`, read literally: a `$` in a password is a `$`."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values, load_dotenv

from .places import HOME


def read_env_file(folder: Path = HOME) -> None:
    """Put what `.env` says into the environment; what is set there already stays.

    Flask's own command line may have read the file before us and have filled in each `${...}`:
    that is put right. Exits with a sentence when the file cannot be read.
    """
    text = text_of(folder / ".env")
    if not load_dotenv(stream=StringIO(text), interpolate=False):
        return
    filled_in = dotenv_values(stream=StringIO(text))
    for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items():
        if value is not None and os.environ.get(name) == filled_in[name]:
            os.environ[name] = value


def text_of(file: Path) -> str:
    """Return what is in the file, nothing if there is none. Exits with a sentence naming it."""
    if not file.is_file():
        return ""
    try:
        said = file.read_bytes()
    except OSError as error:
        raise SystemExit(f"{file} cannot be read: {error.strerror}.") from None
    try:
        text = said.decode("utf-8-sig")  # Windows' editors put a mark in front
    except UnicodeDecodeError as error:
        line = said.count(b"\n", 0, error.start) + 1
        raise SystemExit(f"{file}, line {line}, is not UTF-8: save the file as UTF-8.") from None
    if "\0" in text:
        raise SystemExit(f"{file} is not UTF-8: save the file as UTF-8.")
    return text
