"""The process that keeps the log going: `nianlun journal run`."""

import logging
import signal
import sys
import threading
from types import FrameType

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from nianlun.journal import operations
from nianlun.journal.domain import Refusal

EVERY = 1.0  # seconds
AGAIN = 30.0  # seconds before witnesses that did not cosign are asked again
DATABASE_AWAY = 5.0  # seconds

log = logging.getLogger("nianlun.journal")


class Sequencer:
    """Every second places what waits and signs; a thread of its own asks the witnesses, who may be slow."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._signed = threading.Event()

    def obey_signals(self) -> None:
        """Finish the batch at hand on SIGTERM and SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)

    def once(self) -> bool:
        """Place, sign and have cosigned what there is now; whether all of that was done."""
        operations.sequence(at=timezone.now())
        well = operations.ask_witnesses(at=timezone.now())
        return operations.stamp_time(at=timezone.now()) and well

    def run(self) -> None:
        """Until asked to stop."""
        thread = threading.Thread(target=self._ask_others, name="witnesses", daemon=True)
        thread.start()
        refused = ""
        while not self._stop.is_set():
            pause = EVERY
            try:
                if refused or operations.waits():
                    operations.sequence(at=timezone.now())
                    self._signed.set()
                refused = ""
            except Refusal as reason:
                if str(reason) != refused:
                    sys.stderr.write(f"{reason}\n")
                refused = str(reason)
            except (OperationalError, InterfaceError):
                sys.stderr.write("数据库没有应答，稍后再试。\n")
                connection.close()
                pause = DATABASE_AWAY
            self._stop.wait(pause)
        self._signed.set()
        thread.join(timeout=2)

    def _ask_others(self) -> None:
        well = True
        while not self._stop.is_set():
            self._signed.wait(EVERY * 60 if well else AGAIN)
            self._signed.clear()
            if self._stop.is_set():
                break
            try:
                well = operations.ask_witnesses(at=timezone.now())
                well = operations.stamp_time(at=timezone.now()) and well
            except (OperationalError, InterfaceError):
                well = False
                connection.close()
            except Exception:  # the thread must live on, or nobody is asked again
                log.exception("asking the witnesses failed")
                well = False
            if not well:
                self._stop.wait(EVERY)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()
