"""Which names may enter the store. They are recorded, never used as paths on the disk (S4.2)."""

import re
import unicodedata
from pathlib import PurePosixPath

from nianlun.vault.ocfl.faults import BadName

SM3_MANIFEST = "manifest-sm3.txt"
"""Logical file that carries the SM3 digests of a version's other files, in the form of BagIt's manifests.

OCFL 1.1 allows in `fixity` only its own list of algorithms or one registered as an extension (E026, E056);
SM3 is in neither, and validators refuse it there. As a content file it is itself under the inventory's sha512.
"""

LONGEST_PATH = 1024  # bytes of UTF-8
LONGEST_ID = 512
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTION_MARKS = set(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # make gpj.exe of exe.jpg


def check_logical_path(path: str) -> str:
    """The path itself if it may name a file of an object; raises `BadName` (OCFL 1.1 E051 to E053)."""
    reason = _fault_of(path, longest=LONGEST_PATH)
    elements = path.split("/")
    if not reason and (path.startswith("/") or path.endswith("/")):
        reason = "不能以“/”开头或结尾"
    if not reason and any(element in {"", ".", ".."} for element in elements):
        reason = "路径里不能有空段、“.”或“..”"
    if not reason and "\\" in path:
        reason = "不能含反斜杠"
    if not reason and path == SM3_MANIFEST:
        reason = "这个名字由档案库自己使用"
    if reason:
        raise BadName(f"文件名“{_shown(path)}”不能入库：{reason}。请改名后再存。")
    return path


def check_no_conflict(paths: set[str]) -> None:
    """Refuse a path that is also the folder of another (E095)."""
    for path in sorted(paths):
        for parent in PurePosixPath(path).parents:
            if str(parent) in paths:
                raise BadName(f"“{parent}”既是文件又是文件夹，不能同时入库。请改名后再存。")


def check_object_id(object_id: str) -> str:
    """The id itself if an object may be called so; raises `BadName`. Should be a URI (W005)."""
    reason = _fault_of(object_id, longest=LONGEST_ID)
    if not reason and object_id != object_id.strip():
        reason = "首尾不能有空白"
    if reason:
        raise BadName(f"对象编号“{_shown(object_id)}”不能用：{reason}。")
    return object_id


def content_name(number: int, logical_path: str) -> str:
    """The system's own file name for a version's n-th file; only a harmless suffix is taken over."""
    suffix = PurePosixPath(logical_path).suffix.lower()
    return f"{number:05d}" + (suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else "")


def _fault_of(text: str, *, longest: int) -> str:
    if not text:
        return "名字是空的"
    if any(unicodedata.category(c) in _UNPRINTABLE or c in _DIRECTION_MARKS for c in text):
        return "含有控制字符"
    if len(text.encode()) > longest:
        return f"长于 {longest} 字节"
    return ""


def _shown(text: str) -> str:
    clean = "".join(
        "�" if unicodedata.category(c) in _UNPRINTABLE or c in _DIRECTION_MARKS else c for c in text
    )
    return clean if len(clean) <= 80 else clean[:77] + "…"
