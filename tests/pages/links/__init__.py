"""Payment Links in a real browser."""
