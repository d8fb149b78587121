"""The description for programs and the page for people tell of everything there is, and hold together."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.test import Client

from nianlun.access.gate import ByToken, OpenPage
from nianlun.api import problems, service
from nianlun.api.urls import urlpatterns

pytestmark = pytest.mark.django_db
DOCUMENT = service.description()


def references(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for name, inner in content.items():
            if name == "$ref":
                yield inner
            yield from references(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from references(inner)


def test_it_is_served_as_openapi_3_1():
    response = Client().get("/api/v1/openapi.json")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    served = json.loads(response.content)
    assert served["openapi"].startswith("3.1.")
    assert served == json.loads(json.dumps(DOCUMENT))


def test_every_reference_leads_to_a_schema_that_is_one():
    schemas = DOCUMENT["components"]["schemas"]
    for reference in set(references(DOCUMENT)):
        assert reference.removeprefix("#/components/schemas/") in schemas
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_it_tells_of_every_address_that_is_served():
    served = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/api/v1/{route}") for route, _, _ in service.addresses()
    }
    assert set(DOCUMENT["paths"]) == served
    with_token = {
        path for path, each in DOCUMENT["paths"].items() if any("security" in one for one in each.values())
    }
    assert with_token == {path for path in served if not path.startswith("/api/v1/policy/")}
    for one in urlpatterns:
        address = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern))
        assert isinstance(one.callback.access_rule, ByToken if address in with_token else OpenPage), address


def test_operations_have_names_of_their_own_and_words_in_chinese():
    operations = [one for path in DOCUMENT["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert sorted(names) == sorted(set(names))
    assert all(re.search(r"[一-鿿]", one["summary"]) for one in operations)


def test_bodies_shown_as_examples_are_answered(ask):
    shown = 0
    for path, operations in DOCUMENT["paths"].items():
        if not path.startswith("/api/v1/policy/"):
            continue
        example = operations.get("post", {}).get("requestBody", {}).get("content", {})
        for one in example.values():
            if "example" in one:
                shown += 1
                assert ask(path.removeprefix("/api/v1/policy/"), one["example"]).status == 200
    assert shown > 0


def test_the_page_for_people_names_every_address_and_every_refusal():
    response = Client().get("/api/")
    page = response.content.decode()
    assert response.status_code == 200
    assert all(f"<code>{path}</code>" in page for path in DOCUMENT["paths"])
    assert all(f'id="{kind.name}"' in page and kind.title in page for kind in problems.KINDS)
    assert "http://" not in page and "https://" not in page  # nothing from another site
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_the_page_is_there_for_staff_as_well(viewer, client_of):
    assert client_of(viewer("clerk")).get("/api/").status_code == 200


def test_it_is_read_only():
    assert Client().post("/api/", {}).status_code in (403, 405)
    assert Client().post("/api/v1/openapi.json", {}).status_code in (403, 405)
