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
    problems.TOO_LARGE,
    problems.NOT_JSON,
    problems.BUSY,
)


def described(
    answer: str,
    *,
    asked: str = "",
    named: bool = True,
    inputs: dict[str, Any] | None = None,
    missing: bool = False,
) -> dict[str, Any]:
    """What an endpoint's declaration says of its answers.

    The example of the kind `asked`, with its name where the body is to have it, or `inputs`, shows how to ask.
    `missing` says that the address may name something that is not there.
    """
    posted = bool(asked or inputs)
    refusals = (*_ALWAYS, *(_ASKED if posted else ()), *((problems.NO_SUCH_ADDRESS,) if missing else ()))
    responses: dict[int, Any] = {
        200: {
            "description": "结果",
            "content": {_JSON: {"schema": {"$ref": f"#/components/schemas/{answer}"}}},
        }
    }
    for refusal in sorted(refusals, key=lambda one: one.status):
        titles = dict.fromkeys(one.title for one in problems.KINDS if one.status == refusal.status)
        responses[refusal.status] = {
            "description": "；".join(titles),
            "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    extra: dict[str, Any] = {"responses": responses}
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
