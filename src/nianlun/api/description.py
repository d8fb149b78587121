"""The OpenAPI 3.1 description: the declared requests, and the published JSON schemas of the answers."""

import json
from functools import cache
from importlib import resources
from typing import Any

from nianlun.api import problems
from nianlun.api.examples import example

_JSON, _PROBLEM = "application/json", "application/problem+json"
_ALWAYS = (problems.BAD_CASE, problems.WRONG_METHOD)
_ASKED = (
    problems.BAD_JSON,
    problems.CANNOT_ASSESS,
    problems.NOT_IN_FORCE,
    problems.BROKEN_EDITION,
    problems.TOO_LONG,
    problems.TOO_LARGE,
    problems.NOT_JSON,
    problems.BUSY,
)


_BY_TOKEN = (problems.BAD_JSON, problems.NO_TOKEN, problems.NOT_ALLOWED, problems.TOO_OFTEN, problems.BUSY)
_SENT = (problems.BAD_JSON, problems.TOO_LARGE, problems.NOT_JSON)
_KEYED = (problems.NO_KEY, problems.STALE, problems.KEY_TAKEN)
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{8,100}$"},
    "description": "每件事一个；重发同一件事用同一个，24 小时内答复照旧，不再办一次",
}
SCHEMES = {"token": {"type": "http", "scheme": "bearer", "description": "机构签发的令牌；浏览器的登录不算"}}


def _purpose(when: str) -> dict[str, Any]:
    return {
        "in": "header",
        "name": "X-Purpose",
        "required": False,
        "schema": {"type": "string"},
        "description": f"办哪件事，至少四个字，UTF-8 按百分号编码；{when}",
    }


def described(
    answer: str,
    *,
    asked: str = "",
    named: bool = True,
    inputs: dict[str, Any] | None = None,
    missing: bool = False,
    scope: str = "",
    keyed: bool = False,
    purpose: str = "",
    status: int = 200,
) -> dict[str, Any]:
    """What an endpoint's declaration says of its answers.

    The example of the kind `asked`, with its name where the body is to have it, or `inputs`, shows how to ask.
    `missing` says that the address may name something that is not there; `scope` is what a token must have,
    `keyed` that the request must carry a key, `purpose` when a purpose has to be stated in a header.
    """
    posted = bool(asked or inputs)
    refusals = (*_ALWAYS, *(_ASKED if posted else ()), *((problems.NO_SUCH_ADDRESS,) if missing else ()))
    if scope:
        refusals = (*_ALWAYS, *_BY_TOKEN, *((problems.NOT_FOUND,) if missing else ()))
        refusals = (*refusals, *(_SENT if posted or keyed else ()), *(_KEYED if keyed else ()))
    responses: dict[int, Any] = {
        status: {
            "description": "结果",
            "content": {_JSON: {"schema": {"$ref": f"#/components/schemas/{answer}"}}},
        }
    }
    for refusal in sorted(refusals, key=lambda one: one.status):
        titles = dict.fromkeys(one.title for one in refusals if one.status == refusal.status)
        responses[refusal.status] = {
            "description": "；".join(titles),
            "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    extra: dict[str, Any] = {"responses": responses}
    if scope:
        extra["security"] = [{"token": [scope]}]
    headers = [*([_KEY] if keyed else []), *([_purpose(purpose)] if purpose else [])]
    if headers:
        extra["parameters"] = headers
    body = {"inputs": inputs} if inputs else example(asked)
    if body:
        body = {name: value for name, value in body.items() if named or name != "kind"}
        extra["requestBody"] = {"content": {_JSON: {"example": body}}}
    return {"openapi_extra": extra}


@cache
def answer_schemas() -> dict[str, Any]:
    """The schemas of all answers by name, as they stand among the components of the description."""
    own = _read("nianlun.api", "schema/answers.schema.json")["$defs"]
    assessment = _read("nianlun.policy", "schema/assessment.schema.json")
    parts = assessment.pop("$defs")
    for name in ("$schema", "$id"):
        del assessment[name]
    assessment["properties"]["edition"] = {"$ref": "#/$defs/Edition"}
    assessment["required"].append("edition")
    found: dict[str, Any] = _relocated({"Assessment": assessment, **parts, **own})
    return found


def _read(package: str, path: str) -> dict[str, Any]:
    text = resources.files(package).joinpath(path).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def _relocated(content: Any) -> Any:
    """The schema with its references led to the components of an OpenAPI document."""
    if isinstance(content, dict):
        return {
            name: inner.replace("#/$defs/", "#/components/schemas/")
            if name == "$ref"
            else _relocated(inner)
            for name, inner in content.items()
        }
    return [_relocated(inner) for inner in content] if isinstance(content, list) else content
