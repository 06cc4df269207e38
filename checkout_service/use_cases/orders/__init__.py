"""Read orders."""
