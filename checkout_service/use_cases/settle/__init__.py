"""THE ROOM and its doors: whatever is learnt of a payment comes in here."""
