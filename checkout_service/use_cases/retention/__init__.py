"""Forgetting people, and keeping the ledger."""
