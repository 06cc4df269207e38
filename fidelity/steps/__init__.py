"""What each piece of software is put through. Each runs in its own environment, not in ours."""
