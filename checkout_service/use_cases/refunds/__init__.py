"""Money goes back, and a person decides."""
