"""A checkpoint: what a log says of itself at one moment (C2SP tlog-checkpoint)."""

import base64
import re
from dataclasses import dataclass
from typing import Self

from nianlun.kernel.merkle import HASH
from nianlun.kernel.notes.spelling import CONTROL, exact_base64

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class BadCheckpoint(Exception):
    """A text does not say how long a log is and what its root is."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: who keeps it, how many leaves it has and their root. Extensions are lines of our own."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed. Raises `BadCheckpoint` when it could not be read back as it is."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        text = "".join(f"{line}\n" for line in lines)
        if Checkpoint.parse(text) != self:
            raise BadCheckpoint("检查点的内容不能有空行、换行或控制字符。")
        return text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note. Raises `BadCheckpoint`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or CONTROL.search(text):
            raise BadCheckpoint("检查点应有三行以上，没有空行，以换行结束。")
        origin, size, root, *extensions = lines[:-1]
        if not _DECIMAL.fullmatch(size):
            raise BadCheckpoint("检查点第二行应是日志的条数。")
        try:
            spelled = exact_base64(root)
        except ValueError:
            spelled = b""
        if len(spelled) != HASH:
            raise BadCheckpoint("检查点第三行应是日志的根（32 字节的 base64）。")
        return cls(origin=origin, size=int(size), root=spelled, extensions=tuple(extensions))
