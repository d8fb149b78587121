"""The account that a granted case is paid into where the first would not take the money. No database, no clock."""

import re
from collections.abc import Mapping

from nianlun.kernel.identity import mask

LONGEST = 200
_BEGINS = "payee."
_NUMBER = re.compile(r"\d{8,30}")
_BETWEEN = re.compile(r"(?<=\d)[ -](?=\d)")


class NotAnAccount(ValueError):
    """What was entered names no account; the message says what is missing."""


def checked_account(text: str) -> str:
    """An account as it was given, tidied: holder, bank and number. Raises `NotAnAccount`."""
    tidy = _BETWEEN.sub("", " ".join(text.split()))
    words = re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", tidy)
    if not _NUMBER.search(tidy) or len(words) < 4:
        raise NotAnAccount("请写全户名、开户银行和账号，例如“王秀英，河北银行裕华支行，6217000123456789”。")
    if len(tidy) > LONGEST or not tidy.isprintable():
        raise NotAnAccount(f"收款账户最多 {LONGEST} 个字，不能有不可见的字符。请删短后重填。")
    return tidy


def code_of(number: int) -> str:
    """Under which code the account given as the `number`th after the application lies with it."""
    return f"{_BEGINS}{number}"


def veiled(details: Mapping[str, str]) -> dict[str, str]:
    """The answers with the numbers of those accounts masked, however long they are."""
    return {
        code: _NUMBER.sub(lambda found: mask(found.group()), text) if code.startswith(_BEGINS) else text
        for code, text in details.items()
    }


def payees(details: Mapping[str, str]) -> list[str]:
    """The accounts given after a payment failed, the latest last."""
    codes = [code for code in details if code.startswith(_BEGINS)]
    return [details[code] for code in sorted(codes, key=lambda code: int(code.removeprefix(_BEGINS)))]
