"""Names that every plain computer can hold. A medium may be read on Windows, macOS or Linux, decades from now."""

import re
import unicodedata
from collections.abc import Iterable

MOST_FILES = 800_000
"""Of one package: their manifest then still fits into what is read as a tag file."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_LONGEST = 255  # bytes of one step in UTF-8: ext4, and more than NTFS and UDF take in Chinese characters


def objection(path: str) -> str:
    """Why a relative path with `/` between its steps may not stand on a medium; empty where it may."""
    if not path:
        return "文件名是空的"
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        return f"“{path}”是绝对路径，会写到文件夹外面"
    if "\\" in path:
        return f"“{path}”含反斜线，在 Windows 上会当成文件夹"
    if path.startswith("~"):
        return f"“{path}”以 ~ 开头，会被当成某人的主文件夹"
    for step in path.split("/"):
        if step in {"", ".", ".."}:
            return f"“{path}”含“{step}”，会写到文件夹外面" if step else f"“{path}”里有空的一节"
        if _FORBIDDEN.search(step):
            return f"“{path}”含 Windows 不许用的字符"
        if _DEVICES.fullmatch(step):
            return f"“{path}”里的“{step}”是 Windows 的设备名"
        if step.endswith((".", " ")):
            return f"“{path}”里有以点或空格结尾的一节，Windows 会把它去掉"
        if len(step.encode(errors="surrogateescape")) > _LONGEST:
            return f"“{path}”里有一节超过 {_LONGEST} 字节"
    return ""


def collisions(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs that are one file on some computer: equal but for case or for the composition of characters.

    A path given twice is a pair with itself; a file that is also a folder on the way to another is a pair too.
    """
    folded: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    for path in paths:
        key = _folded(path)
        if key in folded:
            found.append((folded[key], path))
        folded.setdefault(key, path)
    for key, path in folded.items():
        steps = key.split("/")
        for end in range(1, len(steps)):
            above = folded.get("/".join(steps[:end]))
            if above is not None:
                found.append((above, path))
    return found


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
