"""The report card, held to a small receiver that is right, and wrong by request."""
