"""Reading what an application was filled in with. No database, no clock."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal

from nianlun.cases.domain.types import CaseType, Field, FieldKind
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber

LONGEST = {FieldKind.TEXT: 100, FieldKind.LONG_TEXT: 2000}
_YUAN = re.compile(r"\d{1,12}(\.\d{1,2})?")
_COUNT = re.compile(r"\d{1,9}")
_MONTH = re.compile(r"(19|20)\d{2}-(0[1-9]|1[0-2])")


class Incomplete(ValueError):
    """Fields are missing or wrong; `faults` says for each, by its code, what to do."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("".join(faults.values()))
        self.faults = dict(faults)


def checked_details(case_type: CaseType, given: Mapping[str, str], *, complete: bool) -> dict[str, str]:
    """What was filled in, tidied and by the type's own fields only. Raises `Incomplete` with all that is wrong.

    Days are `YYYY-MM-DD`, months `YYYY-MM`, money yuan with at most two digits after the point, flags "yes" or "".
    Without `complete` missing answers are let through: a case the system opens is completed by a clerk.
    """
    kept, faults = {}, {}
    tidy = tidied(case_type, given)
    for field in case_type.fields:
        text = tidy[field.code]
        if not text:
            if complete and field.asked(tidy):
                faults[field.code] = f"请填写“{field.label}”。"
            continue
        fault = _fault(field, text)
        if fault:
            faults[field.code] = fault
        else:
            kept[field.code] = text
    if faults:
        raise Incomplete(faults)
    return kept


def answered(field: Field, text: str) -> str:
    """One answer as people read it; empty where nothing was answered."""
    match field.kind:
        case _ if not text:
            return ""
        case FieldKind.CHOICE:
            return dict(field.choices).get(text, text)
        case FieldKind.FLAG:
            return "是" if text == "yes" else "否"
        case FieldKind.YUAN:
            return f"{text} 元"
        case _:
            return text


def tidied(case_type: CaseType, given: Mapping[str, str]) -> dict[str, str]:
    """The answers by the type's own fields, spaces tidied, identity numbers as they are compared."""
    tidy = {field.code: " ".join(given.get(field.code, "").split()) for field in case_type.fields}
    for field in case_type.fields:
        if field.kind is FieldKind.IDENTITY:
            with suppress(NotAnIdentityNumber):
                tidy[field.code] = IdentityNumber.parse(tidy[field.code]).text
    return tidy


def _fault(field: Field, text: str) -> str:
    """What is wrong with one answer, as a sentence; empty where nothing is."""
    if any(ord(character) < 32 for character in text):
        return f"“{field.label}”里有不可见的字符。请删去后重填。"
    match field.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            most = LONGEST[field.kind]
            return f"“{field.label}”最多 {most} 个字，现在是 {len(text)} 个。" if len(text) > most else ""
        case FieldKind.DAY:
            return "" if _is_day(text) else f"“{field.label}”应为日期，例如 2026-03-01。"
        case FieldKind.MONTH:
            return "" if _MONTH.fullmatch(text) else f"“{field.label}”应为年月，例如 2026-03。"
        case FieldKind.YUAN:
            right = _YUAN.fullmatch(text) is not None and Decimal(text) >= 0
            return "" if right else f"“{field.label}”应为金额，最多两位小数，例如 3500.00。"
        case FieldKind.COUNT:
            return "" if _COUNT.fullmatch(text) else f"“{field.label}”应为不小于 0 的整数。"
        case FieldKind.CHOICE:
            known = any(value == text for value, _ in field.choices)
            return "" if known else f"“{field.label}”请在所列各项中选一项。"
        case FieldKind.IDENTITY:
            return _identity_fault(text)
        case FieldKind.FLAG:
            return "" if text == "yes" else f"“{field.label}”请勾选或留空。"


def _identity_fault(text: str) -> str:
    try:
        IdentityNumber.parse(text)
    except NotAnIdentityNumber as reason:
        return str(reason)
    return ""


def _is_day(text: str) -> bool:
    try:
        return (
            re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None and date.fromisoformat(text).year >= 1900
        )
    except ValueError:
        return False
