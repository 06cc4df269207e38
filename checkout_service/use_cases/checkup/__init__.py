"""What `doctor` looks at, a file for each part of the shop. `examine.py` puts them in order.

A check only looks; a finding is what it saw, with the way to mend it.
"""
