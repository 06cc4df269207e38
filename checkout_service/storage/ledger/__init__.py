"""One order's ledger: read from its rows, compared with what is true now, written back."""
