"""A case as it is written down: kind and inputs, each read once and checked on the way.

The form is that of the reference `docs/reference/cases.md`. An input nobody asked for is refused, so that a
misspelt name never goes unnoticed.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from nianlun.kernel.months import Month, NotAMonth, parse_month
from nianlun.policy.assessment import CannotAssess
from nianlun.policy.provinces import region_code

MOST_YUAN = Decimal(100_000_000)
FIRST_YEAR, LAST_YEAR = 1900, 2150
_HEAD = {"kind", "title", "inputs", "as_of", "published", "source", "differs", "constructed", "note"}
_ABSENT = object()


class BadCase(ValueError):
    """The case is not written as it should be; the message is a Chinese sentence that says what to do."""


class Case:
    """The inputs of one case. Each reader returns the value in its own kind or raises `BadCase`.

    Without a default an input that is not there raises `CannotAssess`, naming it.
    """

    def __init__(self, kind: str, inputs: Mapping[str, Any], *, title: str = "") -> None:
        self.kind = kind
        self.title = title
        self.inputs = {
            name: value for name, value in inputs.items() if value is not None
        }  # null: not given
        self._read: set[str] = set()

    def has(self, *names: str) -> bool:
        """Whether any of these is given."""
        return any(name in self.inputs for name in names)

    def require(self, *names: str) -> None:
        """Refuse once, naming everything that is missing."""
        missing = tuple(name for name in names if name not in self.inputs)
        if missing:
            raise CannotAssess(f"缺少 {'、'.join(missing)}，不能计算。请补上后再算。", missing=missing)

    def raw(self, name: str, default: Any = _ABSENT) -> Any:
        """The input as it is written."""
        self._read.add(name)
        if name not in self.inputs:
            if default is _ABSENT:
                self.require(name)
            return default
        return self.inputs[name]

    def money(self, name: str, default: Any = _ABSENT) -> Decimal:
        """Yuan, not below zero and below a hundred million, in fen or coarser."""
        value = self.number(name, default, low=Decimal(0), high=MOST_YUAN)
        if value is not None and value != value.quantize(Decimal("0.01")):
            raise BadCase(f"{name} 是金额，最多两位小数，现在是 {value}。")
        return value

    def number(
        self,
        name: str,
        default: Any = _ABSENT,
        *,
        low: Decimal | int = 0,
        high: Decimal | int = 1_000_000,
    ) -> Decimal:
        """A number within bounds, exactly as written; texts of digits are taken too."""
        value = self.raw(name, default)
        if value is None or name not in self.inputs:
            return value  # type: ignore[no-any-return]  # the default as given
        number = _decimal(name, value)
        if not low <= number <= high:
            raise BadCase(f"{name} 应在 {low} 到 {high} 之间，现在是 {number}。请核对。")
        return number

    def count(self, name: str, default: Any = _ABSENT, *, high: int = 1200) -> int:
        """A whole number from zero."""
        value = self.number(name, default, high=high)
        if value is None or name not in self.inputs:
            return value  # type: ignore[return-value]  # the default as given
        if value != int(value):
            raise BadCase(f"{name} 应是整数，现在是 {value}。")
        return int(value)

    def half_months(self, name: str, default: Any = _ABSENT) -> Decimal:
        """Months of service; halves are allowed, finer parts are not."""
        value = self.number(name, default, high=1200)
        if value is not None and name in self.inputs and value * 2 != int(value * 2):
            raise BadCase(f"{name} 的月数最细到半个月，现在是 {value}。")
        return value

    def years_months(self, name: str) -> Decimal:
        """Months from a pair of years and months, [37, 8]."""
        value = self.raw(name)
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise BadCase(f"{name} 应写成 [年, 月]，例如 [37, 8]。")
        years, months = (_decimal(name, part) for part in value)
        if not (
            0 <= years <= 120 and years == int(years) and 0 <= months < 12 and months * 2 == int(months * 2)
        ):
            raise BadCase(f"{name} 应写成 [年, 月]，月数在 0 到 11 之间，现在是 {list(value)}。")
        return years * 12 + months

    def month(self, name: str, default: Any = _ABSENT) -> Month:
        """A month, from "2025-03" or a day in it."""
        value = self.raw(name, default)
        if name not in self.inputs:
            return value  # type: ignore[no-any-return]
        text = value.isoformat()[:10] if isinstance(value, date) else str(value)
        try:
            found = (
                parse_month(text[:7]) if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text) else parse_month(text)
            )
            if len(text) > 7:
                date.fromisoformat(text)
        except (NotAMonth, ValueError) as reason:
            sentence = str(reason) if isinstance(reason, NotAMonth) else f"没有 {text} 这一天。"
            raise BadCase(f"{name}：{sentence}") from None
        if not FIRST_YEAR <= found // 12 <= LAST_YEAR:
            raise BadCase(f"{name} 的年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，现在是 {text}。请核对。")
        return found

    def day(self, name: str, default: Any = _ABSENT) -> date:
        """A day, written 2025-03-10."""
        value = self.raw(name, default)
        if name not in self.inputs or (isinstance(value, date) and not isinstance(value, datetime)):
            return value  # type: ignore[no-any-return]
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise BadCase(f"{name} 应写成 2025-03-10 的形式，现在是“{str(value)[:20]}”。") from None

    def choice(self, name: str, allowed: Sequence[str], default: Any = _ABSENT) -> str:
        """One of the words allowed."""
        value = self.raw(name, default)
        if name in self.inputs and value not in allowed:
            raise BadCase(f"{name} 应是 {'、'.join(allowed)} 之一，现在是“{str(value)[:20]}”。")
        return value  # type: ignore[no-any-return]

    def text(self, name: str, default: Any = _ABSENT) -> str:
        """Words, at most two hundred characters."""
        value = self.raw(name, default)
        if name in self.inputs and (not isinstance(value, str) or len(value) > 200):
            raise BadCase(f"{name} 应是不超过 200 字的文字。")
        return value  # type: ignore[no-any-return]

    def flag(self, name: str, default: bool = False) -> bool:
        """true or false."""
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise BadCase(f"{name} 应是 true 或 false。")
        return value

    def rows(self, name: str, default: Any = _ABSENT) -> "list[Case]":
        """A list of groups of inputs, each read like a case of its own."""
        value = self.raw(name, default)
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(isinstance(row, Mapping) for row in value)
        ):
            raise BadCase(f"{name} 应是一列 [[inputs.{name}]]。")
        return [Case(f"{self.kind}.{name}", row) for row in value]

    def region(self, *, needed: bool = True) -> str:
        """Six digits from `region`, or from the name in `province`; empty for the nation."""
        self._read.update(("province", "region"))
        if "region" in self.inputs:
            code = str(self.inputs["region"])
            if not re.fullmatch(r"\d{6}", code):
                raise BadCase(f"region 应是六位行政区划代码，现在是“{code[:20]}”。")
            return code
        if "province" in self.inputs:
            code = region_code(str(self.inputs["province"]))
            if not code:
                raise BadCase(
                    f"不认识的省份“{str(self.inputs['province'])[:20]}”。请写全国 31 个省级地区之一。"
                )
            return code
        if needed:
            raise CannotAssess("缺少 province（省份）或 region（行政区划代码）。", missing=("province",))
        return ""

    def finish(self, *also: str) -> None:
        """Refuse inputs that nobody asked for; `also` may stand in a case of the kind without being used."""
        unknown = sorted(set(self.inputs) - self._read - set(also))
        if unknown:
            raise BadCase(f"{self.kind} 不用这些输入：{'、'.join(unknown)}。请核对名称，写法见案例格式。")


def read_case(text: str) -> tuple[Case, Mapping[str, Any]]:
    """Read a case file; the second answer is the whole content, with what was published. Raises `BadCase`."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadCase(f"案例不是合格的 TOML：{error}。") from error
    unknown = sorted(set(content) - _HEAD)
    if unknown:
        raise BadCase(f"案例里不认识的项目：{'、'.join(unknown)}。输入都写在 [inputs] 里。")
    kind, inputs = content.get("kind"), content.get("inputs")
    if not isinstance(kind, str) or not isinstance(inputs, dict):
        raise BadCase("案例要有 kind（种类）和 [inputs]（输入）。")
    return Case(kind, inputs, title=str(content.get("title", ""))), content


def _decimal(name: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise BadCase(f"{name} 应是数字，现在是“{str(value)[:20]}”。")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise BadCase(f"{name} 应是数字，现在是“{str(value)[:20]}”。") from None
    # 1E-999999 is a short text and a fraction of a million digits
    if not number.is_finite() or len(number.as_tuple().digits) > 30 or abs(number.adjusted()) > 30:
        raise BadCase(f"{name} 应是有限的数字，现在是“{str(value)[:20]}”。")
    return number
