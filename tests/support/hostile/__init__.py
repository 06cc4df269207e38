"""What strangers send: tricks as lists for tables, and a corpus drawn from a seed for a drill."""
