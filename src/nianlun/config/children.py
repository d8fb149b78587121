"""Child processes that are kept alive: started in sessions of their own, restarted when they die, ended together."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_PAUSE = 30.0  # seconds between restarts of a child that keeps dying
GONE_SECONDS = 5.0  # a killed process whose new parent never asks for it would stay for ever
PROVEN = 60.0  # seconds after which a child counts as sound and its pause starts from the beginning


@dataclass
class Child:
    """One process and what came of its restarts."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = field(default=0.5)
    due: float = 0.0


class Children:
    """The processes of one supervisor. `record` names them for the next one, should this one be killed."""

    def __init__(self, *, record: Path, environment: Mapping[str, str]) -> None:
        self.record = record
        self.environment = dict(environment)
        self.children: list[Child] = []

    def start(self, name: str, command: Sequence[str], *, log: Path) -> Child:
        child = Child(name, command, log)
        self.children.append(child)
        self._launch(child)
        return child

    def tend(self, *, now: float) -> list[str]:
        """Restart whoever died, each after its pause; the names of those that were found dead. `now` is monotonic."""
        found = []
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                end_group(child.process.pid)  # its own children would keep the port and the database
                child.process = None
                child.pause = 0.5 if now - child.started > PROVEN else min(child.pause * 2, LONGEST_PAUSE)
                child.due = now + child.pause
                found.append(child.name)
            if child.process is None and now >= child.due:
                self._launch(child)
        return found

    def stop(self, *, seconds: float) -> None:
        """Ask all to end, wait, then end them by force. Returns with none left."""
        alive = [child.process for child in self.children if child.process is not None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + seconds
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.0, until - time.monotonic()))
            end_group(process.pid)
            process.wait()
        self.children.clear()
        self.record.unlink(missing_ok=True)

    def _launch(self, child: Child) -> None:
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 our own commands
                child.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then ends them in order
            )  # fmt: skip
        child.started = time.monotonic()
        known = {str(c.process.pid): birth(c.process.pid) for c in self.children if c.process is not None}
        draft = self.record.with_suffix(".new")  # a supervisor may be killed in the middle of this
        draft.write_text(json.dumps(known), encoding="ascii")
        draft.replace(self.record)


def end_left_over(record: Path) -> int:
    """End the children of a supervisor that was killed; how many there were.

    A process number that now belongs to another process is told by its time of birth and left alone.
    """
    ended = 0
    with contextlib.suppress(OSError, ValueError):
        for number, born in json.loads(record.read_text(encoding="ascii")).items():
            if born and birth(int(number)) == born:
                end_group(int(number))
                _wait_until_gone(int(number))  # its port is free only then
                ended += 1
        record.unlink()
    return ended


def end_group(leader: int) -> None:
    """End a child and all it has started, by force."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _wait_until_gone(leader: int) -> None:
    until = time.monotonic() + GONE_SECONDS
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < until:
            os.killpg(leader, 0)
            time.sleep(0.05)


def birth(number: int) -> str:
    """When a process began, in clock ticks since the machine's start; empty where the system does not tell."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return status.rpartition(")")[2].split()[19]
