"""How gunicorn serves the product; `gunicorn wsgi:app` reads it by itself.

Threads wait for Stripe, never for a client; processes use the cores. SQLite wants one process:
two would fight for its one write lock. Everything can still be overridden by GUNICORN_CMD_ARGS.
"""

import contextlib
import ctypes
import gc
import os
import resource
import shutil
import tempfile

gc.disable()  # next to nothing of what is loaded from here on is garbage: do not look for it

from checkout_service.settings.env_file import read_env_file  # noqa: E402 - loads a good part

read_env_file()
_ON_SQLITE = (os.environ.get("DATABASE_URL") or "sqlite:").startswith("sqlite")

bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
worker_class = "checkout_service.server.worker.GatheringWorker"
workers = int(os.environ.get("WEB_CONCURRENCY") or (1 if _ON_SQLITE else 2))
threads = int(os.environ.get("WEB_THREADS") or 32)
preload_app = True

# Thousands of slow connections cost memory, no threads; each is a file to the system.
_MOST_FILES = 8_192
_, _HARD = resource.getrlimit(resource.RLIMIT_NOFILE)
_FILES = _MOST_FILES if _HARD == resource.RLIM_INFINITY else min(_HARD, _MOST_FILES)
resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _HARD))
worker_connections = max(_FILES - 512, _FILES // 2)

# Many threads share few heaps of the C library: what one heap each would keep grows for long.
_M_ARENA_MAX = -8
with contextlib.suppress(AttributeError):  # other libraries than glibc know no such thing
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)

timeout = 30
graceful_timeout = 7  # seconds; with the two that idle connections get, SIGTERM is over in 10
keepalive = 95  # longer than any router keeps its side, so a request never meets a closing socket

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
forwarded_allow_ips = ""  # who to believe is the application's matter: TRUSTED_PROXY_HOPS

sendfile = False  # what a slow reader does not take is kept, not waited for
accesslog = None  # the application writes its own JSON line where a decision was made
control_socket_disable = True  # one socket a user would be shared by every gunicorn of that user
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - a heartbeat on a slow disk stops the worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108

# Several processes count together only through files that they share (METRICS_TOKEN turns it on).
_METRICS_DIR = None
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    _METRICS_DIR = tempfile.mkdtemp(prefix="checkout-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _METRICS_DIR


def when_ready(server):
    """Keep what was loaded out of every collection: looking at it would copy it to each worker."""
    gc.freeze()
    gc.enable()


def on_reload(server):
    gc.enable()  # this file was read once more


def post_fork(server, worker):
    """Let the worker have connections of its own: sockets made before the fork are the parent's."""
    after_fork = server.app.wsgi().extensions.get("after_fork")
    if after_fork:
        after_fork()


def child_exit(server, worker):
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(worker.pid)


def on_exit(server):
    if _METRICS_DIR:
        shutil.rmtree(_METRICS_DIR, ignore_errors=True)
