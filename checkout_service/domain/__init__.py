"""Pure rules: what an order is and what may happen to it. Imports the standard library only."""
