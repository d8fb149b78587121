"""What the gateway has taken and what came of it: one file, a line for each event, on disk before any answer."""

import fcntl
import json
import os
import threading
import uuid
from dataclasses import dataclass, replace
from pathlib import Path


class Unusable(Exception):
    """The gateway cannot be started like this."""


class OtherContent(Exception):
    """The key was used before, for another message."""


@dataclass(frozen=True)
class Taken:
    """One message. `state` is pending, delivered or failed; `shown` says whether the telephone has it."""

    id: str
    key: str
    channel: str
    to: str
    text: str
    at: float
    state: str = "pending"
    reason: str = ""
    receipt: str = ""
    shown: bool = False


class Memory:
    """Every message by its id and by the key it came under."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._held = (folder / "lock").open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable(f"另一个网关正在用 {folder.name}。请先停下它。") from None
        self._path = folder / "messages.jsonl"
        self._lock = threading.Lock()
        self._messages: dict[str, Taken] = {}
        self._ids: dict[str, str] = {}
        self._read()
        self._file = self._path.open("ab")

    def take(self, *, key: str, channel: str, to: str, text: str, at: float) -> Taken:
        """Take a message, or find the one that came under this key. Raises `OtherContent`."""
        with self._lock:
            if key in self._ids:
                known = self._messages[self._ids[key]]
                if (known.channel, known.to, known.text) != (channel, to, text):
                    raise OtherContent
                return known
            taken = Taken(id=f"g-{uuid.uuid4()}", key=key, channel=channel, to=to, text=text, at=at)
            self._keep(taken)
            return taken

    def settle(self, message_id: str, *, state: str, reason: str, shown: bool) -> Taken:
        """Note what came of a message; a later word replaces the earlier one."""
        with self._lock:
            settled = replace(
                self._messages[message_id],
                state=state,
                reason=reason,
                shown=shown or self._messages[message_id].shown,
                receipt=f"r-{uuid.uuid4()}",
            )
            self._keep(settled)
            return settled

    def message(self, message_id: str) -> Taken | None:
        """One message, or nothing."""
        return self._messages.get(message_id)

    def messages(self) -> list[Taken]:
        """All of them, latest first."""
        with self._lock:
            return sorted(self._messages.values(), key=lambda taken: -taken.at)

    def _keep(self, taken: Taken) -> None:
        self._file.write(json.dumps(taken.__dict__, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._messages[taken.id] = taken
        self._ids[taken.key] = taken.id

    def _read(self) -> None:
        """What was kept before; a last line that was cut off while it was written was never answered for."""
        data = self._path.read_bytes() if self._path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if whole != data:
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        try:
            for line in whole.splitlines():
                taken = Taken(**json.loads(line))
                self._messages[taken.id] = taken
                self._ids[taken.key] = taken.id
        except (ValueError, TypeError):
            raise Unusable(f"{self._path.name} 的内容不对。请从备份恢复。") from None
