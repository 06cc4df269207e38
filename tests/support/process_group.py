"""No server outlives its tests: a process_group ends it when we are gone, even by `kill -9`."""

from __future__ import annotations

import os
import signal
from pathlib import Path

# `cat` ends when our side of the pipe closes, and the system closes it whatever happened to us.
_WATCH = 'cat; kill -s "$0" -- "-$1"; [ -z "$2" ] || { sleep 1; rm -rf "$2"; }'


class ProcessGroup:
    """Watches over one process group. `let_go` once it was stopped the usual way."""

    def __init__(self, group: int, *, sends: str = "TERM", folder: Path | None = None) -> None:
        watched, self._held = os.pipe()
        self._watch: int | None = os.posix_spawn(
            "/bin/sh",
            ["/bin/sh", "-c", _WATCH, sends, str(group), str(folder or "")],
            {"PATH": os.defpath},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, watched, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        os.close(watched)

    def let_go(self) -> None:
        if self._watch is not None:
            os.kill(self._watch, signal.SIGKILL)
            os.waitpid(self._watch, 0)
            os.close(self._held)
            self._watch = None
