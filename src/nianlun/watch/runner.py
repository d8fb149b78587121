"""The process that looks over the journal: `nianlun watch run`."""

import logging
import signal
import sys
import threading
from datetime import datetime, timedelta
from types import FrameType

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from nianlun.access import operations as access
from nianlun.watch import looking_over

PRUNED_EVERY = timedelta(hours=1)
EVERY = 20.0  # seconds; with the time of a pass well below the minute that S3.4 allows
DATABASE_AWAY = 5.0  # seconds

log = logging.getLogger("nianlun.watch")


class Watcher:
    """Looks over the journal until asked to stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._pruned_at: datetime | None = None

    def obey_signals(self) -> None:
        """Finish the pass at hand on SIGTERM and SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)

    def run(self) -> None:
        """Until asked to stop. A pass that fails is told on stderr and tried again: nobody else would look."""
        while not self._stop.is_set():
            pause = EVERY
            try:
                looking_over.look_over(at=timezone.now())
                self._prune(at=timezone.now())
            except (OperationalError, InterfaceError):
                sys.stderr.write("数据库没有应答，稍后再试。\n")
                connection.close()
                pause = DATABASE_AWAY
            except Exception:  # one entry that cannot be judged must not end the watch over all others
                log.exception("a pass failed")
                connection.close()
            self._stop.wait(pause)

    def _prune(self, *, at: datetime) -> None:
        if self._pruned_at is None or at - self._pruned_at >= PRUNED_EVERY:
            self._pruned_at = at
            access.prune(at=at)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()
