"""The examples that come with the policy tables, as bodies a program may send."""

import json
from functools import cache
from typing import Any

from nianlun.policy.case_file import EXAMPLES, read_case_file


@cache
def example(kind: str) -> dict[str, Any] | None:
    """A body that `assess` answers; numbers with a point are texts. None where the kind has no example."""
    path = EXAMPLES / f"{kind}.toml"
    if not path.is_file():
        return None
    file = read_case_file(path.read_text(encoding="utf-8"))
    body: dict[str, Any] = {"kind": kind, "title": file.case.title, "inputs": file.case.inputs}
    days = {name: day for name, day in (("law", file.law), ("known", file.known)) if day}
    if days:
        body["as_of"] = days
    plain: dict[str, Any] = json.loads(json.dumps(body, default=str, ensure_ascii=False))
    return plain
