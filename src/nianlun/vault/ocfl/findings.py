"""What a check of the store finds. Codes E… and W… are OCFL 1.1's own; NE… and NW… are this system's."""

import errno
import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nianlun.vault.ocfl.faults import StorageError, Unreachable

_log = logging.getLogger(__name__)

SM3_DIFFERS = "NE001"
UNREADABLE = "NE002"
MISPLACED = "NE003"
TWICE = "NE004"
KEY_MISSING = "NE005"
UNANSWERED = "NE006"
BAD_NAME = "NE007"
STILL_THERE = "NE008"
LEFT_OVER = "NW001"
GONE = "NW002"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault: the object's id (its folder if it tells none), the code, and a Chinese sentence with the file."""

    object: str
    code: str
    message: str

    def __post_init__(self) -> None:
        """Make what a hostile disk calls its files and objects fit for a terminal, a page and the database."""
        for name, text in (("object", self.object), ("message", self.message)):
            if not text.isprintable():
                object.__setattr__(self, name, _told(text))

    @property
    def is_damage(self) -> bool:
        """False for what a standard only advises, for leftovers and for the lawfully destroyed: nothing is lost."""
        return not self.code.startswith(("W", "NW"))


@dataclass(slots=True)
class Findings:
    """Collects the findings of one object; the same one is listed once."""

    object: str
    _found: dict[Finding, None] = field(
        default_factory=dict
    )  # of thirty thousand lost pages each asks only once

    @property
    def found(self) -> list[Finding]:
        return list(self._found)

    def add(self, code: str, message: str) -> None:
        self._found[Finding(self.object, code, message)] = None

    def rename(self, object_id: str) -> None:
        """Say of this object, whose id is known by now, what was found so far."""
        self.object = object_id
        self._found = {Finding(object_id, f.code, f.message): None for f in self._found}

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Make whatever goes wrong in the block a finding: one object must not end the check of all the others.

        Lets through that the store does not answer, which says nothing of the object.
        """
        try:
            yield
        except Unreachable:
            raise
        except OSError as fault:
            file = Path(str(fault.filename)).name if fault.filename else self.object
            if fault.errno == errno.ELOOP:
                self.add("E090", f"{file} 是链接，库里不许有")
            else:
                self.add(UNREADABLE, f"{file} 读不出：{fault.strerror or fault}")
        except StorageError as fault:
            self.add(UNREADABLE, str(fault))
        except Exception:  # one object must not end the check of all the rest
            _log.exception("checking %r", self.object)
            self.add(UNREADABLE, "核对到这里时出错，内容可能被人改动过，须从别的存放处恢复；详情见系统日志")

    @property
    def damaged(self) -> bool:
        return any(finding.is_damage for finding in self._found)


def lawfully_destroyed(object_id: str) -> Finding:
    """What a check says of an object whose content was taken away by two people's decision."""
    return Finding(object_id, GONE, "对象已依法销毁，内容不再保存，不是损坏")


def _told(text: str) -> str:
    """The text with control characters and halves of characters, such as a name not in UTF-8 has, written out."""
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text
    )
