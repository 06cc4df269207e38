"""Three ways in, and the ways out before anything is paid."""
