"""Telling the merchant's backend."""
