"""What the environment says, checked whole before anything starts."""

from .model import Settings, SettingsError
from .receivers import Signed, bare, place

__all__ = ["Settings", "SettingsError", "Signed", "bare", "place"]
