"""The buyer's pages beside the checkout itself."""
