"""What must happen again and again, because events get lost."""
