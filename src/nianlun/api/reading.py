"""A request body as JSON whose numbers stay exact, within limits that keep every answer cheap."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NoReturn

MOST_BYTES = 65_536
MOST_DEPTH = 8
MOST_VALUES = 4_000
LONGEST_TEXT = 2_000
LONGEST_NUMBER = 30


class BadJson(Exception):
    """The body is no JSON object, or none that is accepted; the message is a Chinese sentence."""


class TooLarge(Exception):
    """The body is longer than `most` bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        super().__init__(f"请求体超过 {most // 1024} KB。请减小后再送，文件可以压缩或拆开。")


def read_object(body: bytes) -> dict[str, Any]:
    """The object that the body holds; numbers with a point are `Decimal`. Raises `BadJson` and `TooLarge`."""
    if len(body) > MOST_BYTES:
        raise TooLarge
    try:
        content = json.loads(
            body.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise BadJson("请求体不是 UTF-8 文字。") from None
    except RecursionError:
        raise BadJson(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise BadJson(f"请求体不是合格的 JSON：第 {error.lineno} 行第 {error.colno} 个字符处。") from None
    if not isinstance(content, dict):
        raise BadJson('请求体应是一个 JSON 对象，例如 {"kind": …, "inputs": {…}}。')
    _check(content)
    return content


_TOO_DEEP = f"请求体套得太深，最多 {MOST_DEPTH} 层。"


def _check(content: dict[str, Any]) -> None:
    seen = 0
    waiting: list[tuple[Any, int]] = [(content, 1)]
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if seen > MOST_VALUES:
            raise BadJson(f"请求体里的数值太多，最多 {MOST_VALUES} 个。")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict | list):
            if depth > MOST_DEPTH:
                raise BadJson(_TOO_DEEP)
            waiting += ((inner, depth + 1) for inner in _inside(value))


def _inside(value: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    else:
        yield from value


def _check_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise BadJson(f"请求体里有一段文字超过 {LONGEST_TEXT} 字。")
    if not text.isprintable():  # also halves of characters, which no answer could quote in UTF-8
        raise BadJson("请求体的文字里有不能显示的字符。请去掉换行、控制字符。")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, _ in pairs if sum(1 for other, _ in pairs if other == name) > 1)
        raise BadJson(f"请求体里同一处写了两次“{twice[:30] if twice.isprintable() else '…'}”。请只留一个。")
    return found


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > LONGEST_NUMBER or abs(number.adjusted()) > LONGEST_NUMBER:
        raise BadJson(f"数“{text[:20]}…”太长。")
    return number


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise BadJson(f"数“{text[:20]}…”太长。")
    return int(text)


def _constant(text: str) -> NoReturn:
    raise BadJson(f"{text} 不是数。")
