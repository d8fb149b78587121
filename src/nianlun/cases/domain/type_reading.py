"""Reading what a file says about a kind of business: what breaks a rule never loads, so no case rests on it."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from nianlun.archives.domain import DocumentKind
from nianlun.archives.retention import NoSuchClass, retention_item
from nianlun.cases.domain.applicants import Applicant, presumed
from nianlun.cases.domain.posting import presumed_posting
from nianlun.cases.domain.type_rules import check, once
from nianlun.cases.domain.types import (
    About,
    CaseType,
    Field,
    FieldKind,
    Limit,
    Origin,
    Requirement,
    Risk,
    SlipKind,
    SlipRule,
    Step,
    Substitute,
    TypeBroken,
    When,
)
from nianlun.policy.derivation import CONFIDENCES

_Choice = TypeVar("_Choice", bound=StrEnum)

DIGEST_LENGTH = 16
"""Hexadecimal characters; some hundred definitions will never share that many by chance."""
_TYPE_KEYS = {
    *(
        "code name process since about origins risk steps legal_basis confidence retention_item title"
    ).split(),
    *("slips refusal_appeal plain_name plain_steps").split(),
}
_TYPE_OPTIONS = {
    *(
        "applicant until high_risk_reason batch hearing posting_days posting_when limit no_limit effect checks"
    ).split(),
    *("field requirement").split(),
}
_FIELD_KEYS, _FIELD_OPTIONS = {"code", "label", "kind"}, {"required", "choices", "when", "help"}
_PAPER_KEYS = {"code", "name", "legal_basis", "confidence"}
_PAPER_OPTIONS = {
    *("required original substitutes no_substitute promise_days condition when document_kind help").split()
}
_LIMIT_KEYS = {"days", "source", "confidence", "statutory"}


def read_type(text: str, *, where: str) -> CaseType:
    """Read and check one file. Raises `TypeBroken`, whose sentence begins with `where`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TypeBroken(f"{where}：不是合格的 TOML（{error}）。") from error
    found = _type(content, where=where)
    if "applicant" not in content:  # only what was kept before the key was there may lack it
        raise TypeBroken(f"{where}：缺少 applicant。写明由谁提出：{[one.value for one in Applicant]}。")
    check(found, where=where)
    return found


def read_definition(definition: str) -> CaseType:
    """Read a definition as a case was opened under it; the reverse of `CaseType.definition`.

    The rules it kept then are not asked again: they may have grown since.
    """
    content = json.loads(definition)
    for key in ("since", "until"):
        if key in content:
            content[key] = date.fromisoformat(content[key])
    return _type(content, where=content["code"])


def _type(content: Mapping[str, Any], *, where: str) -> CaseType:
    _keys(content, needed=_TYPE_KEYS, options=_TYPE_OPTIONS, where=where)
    definition = json.dumps(content, ensure_ascii=False, default=date.isoformat)
    fields = tuple(_field(one, where=where) for one in content.get("field", []))
    requirements = tuple(_requirement(one, where=where) for one in content.get("requirement", []))
    try:
        retention = retention_item(content["retention_item"]).retention
    except NoSuchClass as reason:
        raise TypeBroken(f"{where}：retention_item {reason}") from None
    limit = content.get("limit")
    about = _one(About, content["about"], key="about", where=where)
    applicant = content.get("applicant") or presumed(content["code"], about=about)
    return CaseType(
        code=_text(content, "code", where=where),
        name=_text(content, "name", where=where),
        process=_text(content, "process", where=where),
        since=_day(content, "since", where=where),
        until=_day(content, "until", where=where) if "until" in content else None,
        about=about,
        applicant=_one(Applicant, applicant, key="applicant", where=where),
        origins=_some(Origin, content["origins"], key="origins", where=where),
        risk=_one(Risk, content["risk"], key="risk", where=where),
        high_risk_reason=content.get("high_risk_reason", ""),
        steps=_some(Step, content["steps"], key="steps", where=where),
        batch=content.get("batch", False),
        hearing=content.get("hearing", False),
        posting_days=content.get("posting_days"),
        posting_when=_when(
            content.get("posting_when", presumed_posting(content["code"])), where=f"{where}：posting_when"
        ),
        limit=None if limit is None else _limit(limit, where=where),
        no_limit=content.get("no_limit", ""),
        legal_basis=_text(content, "legal_basis", where=where),
        confidence=_confidence(content, where=where),
        fields=fields,
        requirements=requirements,
        slips=_slips(content["slips"], where=where),
        retention_item=content["retention_item"],
        retention=retention,
        title=_text(content, "title", where=where),
        effect=content.get("effect", ""),
        checks=tuple(content.get("checks", [])),
        refusal_appeal=_text(content, "refusal_appeal", where=where),
        plain_name=_text(content, "plain_name", where=where),
        plain_steps=tuple(content["plain_steps"]),
        definition=definition,
        digest=hashlib.sha256(definition.encode()).hexdigest()[:DIGEST_LENGTH],
    )


def _field(content: Mapping[str, Any], *, where: str) -> Field:
    _keys(content, needed=_FIELD_KEYS, options=_FIELD_OPTIONS, where=f"{where}：field")
    code = _text(content, "code", where=where)
    where = f"{where}：field {code}"
    found = Field(
        code=code,
        label=_text(content, "label", where=where),
        kind=_one(FieldKind, content["kind"], key="kind", where=where),
        required=content.get("required", True),
        choices=tuple((value, label) for value, label in content.get("choices", {}).items()),
        when=_when(content.get("when"), where=where),
        help=content.get("help", ""),
    )
    if (found.kind is FieldKind.CHOICE) != bool(found.choices):
        raise TypeBroken(f"{where}：kind 是 choice 的要有 choices，其他的不要有。")
    return found


def _requirement(content: Mapping[str, Any], *, where: str) -> Requirement:
    _keys(content, needed=_PAPER_KEYS, options=_PAPER_OPTIONS, where=f"{where}：requirement")
    code = _text(content, "code", where=where)
    where = f"{where}：requirement {code}"
    found = Requirement(
        code=code,
        name=_text(content, "name", where=where),
        required=content.get("required", True),
        legal_basis=_text(content, "legal_basis", where=where),
        confidence=_confidence(content, where=where),
        original=content.get("original", False),
        substitutes=frozenset(
            _some(Substitute, content.get("substitutes", []), key="substitutes", where=where)
        ),
        no_substitute=content.get("no_substitute", ""),
        promise_days=content.get("promise_days"),
        condition=content.get("condition", ""),
        when=_when(content.get("when"), where=where),
        document_kind=_one(
            DocumentKind, content.get("document_kind", "other"), key="document_kind", where=where
        ),
        help=content.get("help", ""),
    )
    if bool(found.substitutes) == bool(found.no_substitute):
        raise TypeBroken(
            f"{where}：substitutes 和 no_substitute 要有一项且只有一项：什么可以代替，或者写明为什么不能代替。"
        )
    if (Substitute.PROMISE in found.substitutes) != (found.promise_days is not None):
        raise TypeBroken(f"{where}：可以告知承诺的，要在 promise_days 写明几个工作日内补交；其他的不要写。")
    if found.when is not None and not found.condition:
        raise TypeBroken(f"{where}：有 when 的，要在 condition 用一句话写明什么情形要交。")
    return found


def _limit(content: Mapping[str, Any], *, where: str) -> Limit:
    where = f"{where}：limit"
    _keys(content, needed=_LIMIT_KEYS, options=set(), where=where)
    return Limit(
        days=content["days"],
        source=_text(content, "source", where=where),
        confidence=_confidence(content, where=where),
        statutory=content["statutory"],
    )


def _slips(content: Mapping[str, str], *, where: str) -> tuple[SlipRule, ...]:
    kinds = _some(SlipKind, list(content), key="slips", where=where)
    return tuple(SlipRule(kind=kind, note=content[kind.value]) for kind in kinds)


def _when(content: Mapping[str, Any] | None, *, where: str) -> When | None:
    if content is None:
        return None
    if len(content) != 1:
        raise TypeBroken(f'{where}：when 写一个申报项和它的值，如 when = {{ kind = ["early"] }}。')
    ((name, values),) = content.items()
    return When(field=name, values=tuple(values))


def _keys(content: Mapping[str, Any], *, needed: set[str], options: set[str], where: str) -> None:
    missing, unknown = needed - set(content), set(content) - needed - options
    if missing:
        raise TypeBroken(f"{where}：缺少 {'、'.join(sorted(missing))}。")
    if unknown:
        raise TypeBroken(f"{where}：不认识 {'、'.join(sorted(unknown))}。请核对拼写。")


def _text(content: Mapping[str, Any], key: str, *, where: str) -> str:
    value = content[key]
    if not isinstance(value, str) or not value.strip():
        raise TypeBroken(f"{where}：{key} 是空的。")
    return value


def _day(content: Mapping[str, Any], key: str, *, where: str) -> date:
    value = content[key]
    if type(value) is not date:  # TOML also has date-times, which are dates to isinstance
        raise TypeBroken(f"{where}：{key} 应是日期，如 2025-01-01，不加引号。")
    return value


def _confidence(content: Mapping[str, Any], *, where: str) -> str:
    value = _text(content, "confidence", where=where)
    if value not in CONFIDENCES:
        raise TypeBroken(f"{where}：confidence “{value}”不认识，只能用 {list(CONFIDENCES)}。")
    return value


def _one(kind: type[_Choice], value: str, *, key: str, where: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        raise TypeBroken(
            f"{where}：{key} “{value}”不认识，只能用 {[one.value for one in kind]}。"
        ) from None


def _some(kind: type[_Choice], values: Sequence[str], *, key: str, where: str) -> tuple[_Choice, ...]:
    found = tuple(_one(kind, value, key=key, where=where) for value in values)
    once([one.value for one in found], key=key, where=where)
    return found
