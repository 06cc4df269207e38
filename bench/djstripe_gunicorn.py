"""gunicorn's settings for dj-stripe: as many workers and threads as ours has."""

workers = 2
worker_class = "gthread"
threads = 32
