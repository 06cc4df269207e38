"""What the doctor looks at, one file a check. Only its command loads them: see `doctor.py`."""
