"""Every example of the reference is asked of the API, and answered as it says."""

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from tests import factories
from tests.api.conftest import held
from tests.docs.blocks import ROOT, blocks

from nianlun.api import problems, service

PAGE = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")


def examples() -> Iterator[tuple[str, str]]:
    """Each call with the answer that the page shows right after it."""
    found = list(blocks(PAGE))
    for call, answer in pairwise(found):
        if call.kind == "sh":
            assert answer.kind == "json", call.text
            yield call.text, answer.text


def holds(shown: Any, answered: Any) -> bool:
    """Whether the answer is what the page shows of it; `…` stands for anything."""
    if isinstance(shown, dict):
        return isinstance(answered, dict) and all(
            name in answered and holds(value, answered[name]) for name, value in shown.items()
        )
    return shown == "…" or shown == answered


@pytest.mark.django_db
@pytest.mark.parametrize(("call", "shown"), list(examples()))
def test_the_call_is_answered_as_the_page_says(call: str, shown: str):
    if "$TOKEN" in call:
        call = call.replace("$TOKEN", factories.program("cases.write"))
    words = shlex.split(call)
    (address,) = (urlsplit(word.replace("$NIANLUN", "")) for word in words if word.startswith("$NIANLUN"))
    where = f"{address.path}?{address.query}"
    headers = dict(after.split(": ", 1) for word, after in pairwise(words) if word == "-H")
    if "-d" in words:
        assert headers.pop("Content-Type") == "application/json"
        body = words[words.index("-d") + 1]
        response = Client().post(where, body, content_type="application/json", headers=headers)
    else:
        response = Client().get(where, headers=headers)
    if response.status_code >= 400:
        held(response)
    content = json.loads(response.content)
    assert holds(json.loads(shown), content), content


def test_the_page_names_every_address_and_every_refusal():
    addresses = set(re.findall(r"^\| (GET|POST) \| `(/api/v1/[^`]*)` \|", PAGE, re.MULTILINE))
    described = {
        (method.upper(), path)
        for path, operations in service.description()["paths"].items()
        for method in operations
    }
    assert addresses == described
    refusals = re.findall(r"^\| (\d{3}) \| `/api/#([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert refusals == [(str(kind.status), kind.name) for kind in problems.KINDS]
