"""What leaves the use cases: frozen, no rows."""
