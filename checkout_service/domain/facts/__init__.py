"""What Stripe showed, when, and how much it covers; and how facts become an order's ledger."""
