"""What a check of the store finds. Codes E… and W… are OCFL 1.1's own; NE… and NW… are this system's."""

import unicodedata
from dataclasses import dataclass, field

SM3_DIFFERS = "NE001"
UNREADABLE = "NE002"
MISPLACED = "NE003"
TWICE = "NE004"
KEY_MISSING = "NE005"
UNANSWERED = "NE006"
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
    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, message: str) -> None:
        finding = Finding(self.object, code, message)
        if finding not in self.found:
            self.found.append(finding)

    @property
    def damaged(self) -> bool:
        return any(finding.is_damage for finding in self.found)


def lawfully_destroyed(object_id: str) -> Finding:
    """What a check says of an object whose content was taken away by two people's decision."""
    return Finding(object_id, GONE, "对象已依法销毁，内容不再保存，不是损坏")


def _told(text: str) -> str:
    """The text with control characters and halves of characters, such as a name not in UTF-8 has, written out."""
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text
    )
