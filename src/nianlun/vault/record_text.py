"""How values stand in the files kept with objects: JSON that is the same bytes for the same content.

Moments are ISO 8601 in UTC, days `YYYY-MM-DD`, sealed values hexadecimal, money and confidence decimal text.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, overload


class NotARecord(Exception):
    """The file is not of the form its name and object call for; the message says what is wrong, in Chinese."""


def written(content: Mapping[str, Any]) -> bytes:
    """The file: one line for each entry of the content, and for each element of a list, so that people can read it."""
    lines = ",\n".join(f" {_dump(key)}: {_spread(content[key])}" for key in sorted(content))
    return f"{{\n{lines}\n}}\n".encode()


def read(raw: bytes, *, form: str) -> dict[str, Any]:
    """The content of a file written in a form, such as `nianlun-record/1`. Raises `NotARecord`."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise NotARecord("不是完整的 JSON") from None
    if not isinstance(content, dict) or content.get("format") != form:
        found = content.get("format") if isinstance(content, dict) else None
        raise NotARecord(f"格式应为 {form}，现在是 {found or '空'}")
    return content


def moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def binary(value: bytes | memoryview | None) -> str | None:
    return bytes(value).hex() if value is not None else None


@overload
def as_moment(text: str) -> datetime: ...
@overload
def as_moment(text: None) -> None: ...
def as_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@overload
def as_day(text: str) -> date: ...
@overload
def as_day(text: None) -> None: ...
def as_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def as_binary(text: str | None) -> bytes | None:
    return bytes.fromhex(text) if text is not None else None


def _spread(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(_dump(element) for element in value) + "\n ]"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
