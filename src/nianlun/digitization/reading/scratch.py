"""The folder that a reading process works in. Where its caller was killed, the next caller takes it away."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "nianlun-reading-"


class Scratch:
    """An empty folder of our own, locked for as long as this process lives and `remove` was not called."""

    def __init__(self) -> None:
        sweep()
        while True:
            path = Path(tempfile.mkdtemp(prefix=PREFIX))
            handle = _lock(path)
            if handle is not None:
                break  # else a sweep took it for abandoned before we had locked it
        self.path, self._handle = path, handle

    def remove(self) -> None:
        """Take the folder away with all that is in it. Called once."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._handle)


def sweep() -> list[Path]:
    """Take away the folders of callers that were killed; returns which those were."""
    taken = []
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        handle = _lock(path)
        if handle is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(handle)
            taken.append(path)
    return taken


def _lock(path: Path) -> int | None:
    """A locked handle of the folder; None if another process holds it, or it is gone or not ours."""
    with contextlib.suppress(OSError):
        if path.lstat().st_uid != os.getuid():
            return None
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except OSError:
            os.close(handle)
            raise
        os.close(handle)
    return None
