"""What the Makefile needs besides the product."""
