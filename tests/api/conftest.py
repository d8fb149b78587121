"""A client of the API: bodies as Python values, answers held to what the description promises."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import jsonschema
import pytest
from django.test import Client

from nianlun.api import service


@dataclass(frozen=True)
class Answer:
    """Status and content of an answer, checked against the OpenAPI description on the way."""

    status: int
    content: dict[str, Any]
    headers: dict[str, str]

    @property
    def problem(self) -> str:
        """The last part of the problem's type."""
        return self.content["type"].removeprefix("/api/#")


def validated(content: Any, schema: str) -> None:
    """Raise where the content is not as the named component of the description says."""
    components = service.description()["components"]
    root = {"$ref": f"#/components/schemas/{schema}", "components": components}
    jsonschema.Draft202012Validator(root).validate(content)


def no_float(text: str) -> float:
    raise AssertionError(f"{text} is a number with a point; programs would make a binary fraction of it")


def held(response: Any, template: str = "", method: str = "get") -> Answer:
    """The answer of a response, held to the description of that address."""
    content = json.loads(response.content, parse_float=no_float)
    problem = response.status_code >= 400
    kind = "application/problem+json" if problem else "application/json"
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    schema = "Problem"
    if template:
        described = service.description()["paths"][template][method]["responses"]
        assert response.status_code in described, (response.status_code, content)
        schema = described[response.status_code]["content"][kind]["schema"]["$ref"].rsplit("/", 1)[1]
    validated(content, schema)
    if problem:
        assert content["status"] == response.status_code
    return Answer(response.status_code, content, dict(response.headers))


@pytest.fixture
def ask(db: None) -> Callable[..., Answer]:
    """`ask("assess", {"kind": …})` posts; a text or bytes goes as it is. `query` is the part after `?`."""

    client = Client(enforce_csrf_checks=True)

    def send(
        name: str, body: Any, *, query: str = "", content_type: str = "application/json", **headers: str
    ) -> Answer:
        template = f"/api/v1/policy/{name}"
        data = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
        response = client.post(f"{template}{query}", data, content_type=content_type, headers=headers)
        return held(response, template, "post")

    return send


@pytest.fixture
def get(db: None) -> Callable[..., Answer]:
    """`get("tables?on=2025-01-01")`; `template` names the described address where it has a part that varies."""

    def fetch(address: str, *, template: str = "") -> Answer:
        described = template or address.partition("?")[0]
        return held(Client().get(f"/api/v1/policy/{address}"), f"/api/v1/policy/{described}")

    return fetch


class Program:
    """A program with its token; every answer is held to the description of the address."""

    def __init__(self, token: str = "") -> None:
        self.client, self.token = Client(enforce_csrf_checks=True), token

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        template: str = "",
        key: str = "",
        purpose: str = "",
        content_type: str = "application/json",
        data: Any = None,
    ) -> Answer:
        """Send a request; `template` is the described address where parts of it vary."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"X-Purpose": quote(purpose)} if purpose else {}
        address = f"/api/v1/{path}"
        if data is not None:
            response = getattr(self.client, method)(address, data, headers=headers)
        elif body is not None:
            sent = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
            response = getattr(self.client, method)(
                address, sent, content_type=content_type, headers=headers
            )
        else:
            response = getattr(self.client, method)(address, headers=headers)
        return held(response, f"/api/v1/{template or path.partition('?')[0]}", method)

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("get", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("post", path, body, **more)

    def move(self, number: str, move: str, body: Any = None, *, key: str = "", data: Any = None) -> Answer:
        """A move on a case, by default under a key of its own."""
        return self.post(
            f"cases/{number}/{move}",
            body,
            template=f"cases/{{number}}/{move}",
            key=key or uuid4().hex,
            data=data,
        )


@pytest.fixture
def program(agency: Any) -> Callable[..., Program]:
    """`program("cases.read")` has a token for that; `program()` has none."""

    def make(*scopes: str, **more: Any) -> Program:
        from tests import factories

        return Program(factories.program(*scopes, **more) if scopes else "")

    return make
