"""Kinds of notice, declared by the components that send them, and what their words may hold."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from nianlun.access.domain import Refused

LONGEST_TITLE = 60
LONGEST_TEXT = 2000
LONGEST_SMS = 200
"""Characters: three parts of a long message, each charged for."""
_FIELDS = {"title", "kind"}
_FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, and what turns the direction of writing round. Private characters stay: rare names need them."""
_IDENTITY_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
"""With a day of birth in it: the numbers of cases are as long."""
_AMOUNT = re.compile(r"\d\s*(?:元|万元|圆|块)|[¥￥]\s*\d")


class NotSendable(Refused):
    """A notice that may not go out like this; the sentence says what to change.

    A refusal, so that a deed whose words cannot be sent is answered with that sentence wherever it was tried.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What sort of thing somebody is told.

    `sms` is what goes out over channels that others can read, empty where the notice waits inside only. A
    `statutory` notice is one the law wants served: somebody has to see to it that it arrives. `page` names
    the address of what a notice to staff is about, which takes its `about_id`.
    """

    code: str
    label: str
    sms: str
    statutory: bool
    amounts: bool
    page: str = ""


_kinds: dict[str, Kind] = {}
KINDS: Mapping[str, Kind] = _kinds
"""Every declared kind by its code."""


def declare_kind(
    code: str, label: str, *, sms: str = "", statutory: bool = False, amounts: bool = False, page: str = ""
) -> str:
    """Make a kind sendable and return its code, so that it can be kept as a constant.

    `sms` may name `{title}` and `{kind}`. It never carries an identity number, and an amount of money only where
    `amounts` says so: a message lies open on a screen that others see.
    Raises ValueError for another field, or where the code is already declared otherwise.
    """
    fields = {name for _, name, _, _ in Formatter().parse(sms) if name is not None}
    if fields - _FIELDS:
        raise ValueError(f"{code}: a message may not hold {sorted(fields - _FIELDS)}")
    kind = Kind(code=code, label=label, sms=sms, statutory=statutory, amounts=amounts, page=page)
    if _kinds.setdefault(code, kind) != kind:
        raise ValueError(f"{code} is already declared as {_kinds[code]}")
    return code


def kind_of(code: str) -> Kind:
    """The kind of a code. Raises `NotSendable` for one that nobody declared."""
    try:
        return _kinds[code]
    except KeyError:
        raise NotSendable(f"没有“{code}”这一类通知。") from None


def read_title(text: str) -> str:
    """A title fit to be sent. Raises `NotSendable`."""
    return _checked(text.strip(), what="标题", longest=LONGEST_TITLE, allowed="")


def read_text(text: str) -> str:
    """A text fit to be sent; it may have lines. Raises `NotSendable`."""
    plain = text.replace("\r\n", "\n").strip()
    return _checked(plain, what="正文", longest=LONGEST_TEXT, allowed="\n")


def short_text(kind: Kind, *, title: str) -> str:
    """What goes out over open channels, empty for a kind that stays inside. Raises `NotSendable`."""
    if not kind.sms:
        return ""
    text = kind.sms.format(title=title, kind=kind.label)
    if len(text) > LONGEST_SMS:
        raise NotSendable(f"短信最长 {LONGEST_SMS} 个字，现在是 {len(text)} 个。请缩短标题。")
    if not kind.amounts and _AMOUNT.search(text):
        raise NotSendable(f"“{kind.label}”的短信不能写金额。请把金额写在正文里。")
    return text


def _checked(text: str, *, what: str, longest: int, allowed: str) -> str:
    if not 0 < len(text) <= longest:
        raise NotSendable(f"通知的{what}应为 1 至 {longest} 个字，现在是 {len(text)} 个。请修改。")
    if any(unicodedata.category(c) in _FORBIDDEN for c in text if c not in allowed):
        raise NotSendable(f"通知的{what}里有看不见的控制字符。请重新输入。")
    if _IDENTITY_NUMBER.search(text):
        raise NotSendable(f"通知的{what}不能写完整的身份证号。请去掉号码。")
    return text
