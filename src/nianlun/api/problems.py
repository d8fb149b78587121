"""Refusals as problem documents (RFC 9457): a type that programs branch on, a Chinese sentence for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

PAGE = "/api/"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of refusal: the last part of its `type`, its status, its title, and what to do about it."""

    name: str
    status: int
    title: str
    advice: str


BAD_JSON = Kind("bad-json", 400, "请求体不是合格的 JSON", "按 JSON 改正；数不能是 NaN，同名的项只写一次。")
NO_KEY = Kind("no-key", 400, "没有请求标识", "加 Idempotency-Key 头，每件事一个，重发用同一个。")
NO_TOKEN = Kind(
    "no-token", 401, "没有能用的令牌", "核对 Authorization: Bearer 头；令牌要在有效期内、没有吊销。"
)
NOT_ALLOWED = Kind(
    "not-allowed", 403, "不能办", "看 detail：令牌的范围、办件的状态、材料或回避的规定不允许。"
)
NOT_FOUND = Kind("not-found", 404, "没有找到", "核对编号；不在令牌的辖区之内的，与不存在一样。")
NO_SUCH_ADDRESS = Kind("no-such-address", 404, "没有这个地址", "核对地址和表名。")
WRONG_METHOD = Kind("wrong-method", 405, "这个地址不接受这种方法", "看 Allow 头。")
TOO_LARGE = Kind("too-large", 413, "请求体太大", "按 detail 里的上限减小请求体。")
NOT_JSON = Kind("not-json", 415, "请求体的类型不对", "Content-Type 按接口说明填写。")
BAD_CASE = Kind("bad-case", 422, "写得不对", "按 detail 和 errors 改正输入。")
CANNOT_ASSESS = Kind(
    "cannot-assess", 409, "不能算出结果", "补上 missing 里的各项；between 是已知部分给出的范围，不是结果。"
)
NOT_IN_FORCE = Kind(
    "not-in-force",
    409,
    "没有适用的规定",
    "那一天、那个地区没有规定，或数值还没有公布、没有收录；不取相近的。",
)
BROKEN_EDITION = Kind("broken-edition", 409, "现行版本的政策表不能用于这件案例", "告诉管理政策库的人。")
STALE = Kind("stale", 409, "办件已有变动", "重新取这件业务，看清变动，用 version 里的新版本再发。")
TOO_LONG = Kind("too-long", 409, "推算太长", "去掉 explain，或在本机用 nianlun-policy 算。")
KEY_TAKEN = Kind("key-taken", 422, "请求标识用过了", "同一个标识只用于同一个请求；别的事换一个标识。")
TOO_OFTEN = Kind("too-often", 429, "次数太多", "过 Retry-After 秒再发。")
BUSY = Kind("busy", 503, "正忙", "过几秒再试，看 Retry-After 头。")
KINDS = (
    BAD_JSON,
    NO_KEY,
    NO_TOKEN,
    NOT_ALLOWED,
    NO_SUCH_ADDRESS,
    NOT_FOUND,
    WRONG_METHOD,
    CANNOT_ASSESS,
    NOT_IN_FORCE,
    BROKEN_EDITION,
    TOO_LONG,
    STALE,
    TOO_LARGE,
    NOT_JSON,
    BAD_CASE,
    KEY_TAKEN,
    TOO_OFTEN,
    BUSY,
)


class Problem(Exception):
    """A refusal on its way to the client."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        missing: Sequence[str] = (),
        between: tuple[Decimal, Decimal] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        version: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.missing = missing
        self.between = between
        self.errors = errors
        self.version = version

    def to_json(self) -> dict[str, Any]:
        """The document, with the same members whatever the kind."""
        return {
            "type": f"{PAGE}#{self.kind.name}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "missing": list(self.missing),
            "between": [str(amount) for amount in self.between] if self.between else None,
            "errors": [dict(one) for one in self.errors],
            "version": self.version,
        }


def problem_response(problem: Problem, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The document as a response."""
    response = HttpResponse(
        json.dumps(problem.to_json(), ensure_ascii=False),
        status=problem.kind.status,
        content_type="application/problem+json; charset=utf-8",
    )
    if problem.kind is BUSY:
        response["Retry-After"] = "2"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


_OF_STATUS = {400: BAD_JSON, 401: NO_TOKEN, 403: NOT_ALLOWED, 404: NOT_FOUND, 429: TOO_OFTEN, 503: BUSY}


def answered(_request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """What the door of the system says, in the form of the API."""
    return problem_response(Problem(_OF_STATUS[status], sentence))


def no_such_address(_request: HttpRequest, **_rest: object) -> HttpResponse:
    """404 for what lies below the API's address and is nothing."""
    return problem_response(Problem(NO_SUCH_ADDRESS, "没有这个地址。各个地址见 /api/ 。"))


def wrong_fields(found: Sequence[Mapping[str, Any]]) -> Problem:
    """What a check of the declared fields found, in Chinese."""
    errors = [{"field": _field(one["loc"]), "detail": _said(one)} for one in found]
    first = errors[0]
    return Problem(BAD_CASE, f"{first['field']}：{first['detail']}", errors=errors)


_SAID = {
    "missing": "没有写。",
    "extra_forbidden": "不认识这一项。请核对名称。",
    "string_type": "应是文字。",
    "dict_type": "应是一个对象。",
    "model_attributes_type": "应是一个对象。",
    "model_type": "应是一个对象。",
    "bool_parsing": "应是 true 或 false。",
    "bool_type": "应是 true 或 false。",
    "int_type": "应是整数。",
    "int_parsing": "应是整数。",
    "int_from_float": "应是整数。",
    "list_type": "应是一个数组。",
    "uuid_parsing": "应是一个 UUID。",
    "uuid_type": "应是一个 UUID。",
    "too_long": "太多了。",
}


def _said(error: Mapping[str, Any]) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "string_too_long":
        return f"最多 {error['ctx']['max_length']} 个字。"
    if error["type"] in ("enum", "literal_error"):
        return f"可以写：{error['ctx']['expected'].replace(' or ', '、').replace(chr(39), '')}。"
    if error["type"] in ("greater_than_equal", "less_than_equal"):
        bound = error["ctx"].get("ge", error["ctx"].get("le"))
        return f"{'最小' if error['type'].startswith('greater') else '最大'}是 {bound}。"
    return _SAID.get(error["type"], "写法不对。")


def _field(location: Sequence[object]) -> str:
    return ".".join(str(part) for part in location[2 if location[0] == "body" else 1 :]) or "请求体"
