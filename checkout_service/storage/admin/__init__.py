"""What the admin reads and writes: sign-ins, its audit, its figures, its search."""
