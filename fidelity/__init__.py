"""Official software that nobody here wrote, run against the sandbox. See README.md."""
