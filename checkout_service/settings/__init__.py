"""What the environment says, checked whole before anything starts."""

from .model import Settings, SettingsError

__all__ = ["Settings", "SettingsError"]
