"""What is kept beside orders for Payment Links."""
