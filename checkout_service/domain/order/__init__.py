"""What we hold about one order, and what may be done to it."""
