"""Every described address, asked with anything: an answer that is described, never a fault.

NIANLUN_FUZZ says how many requests an address gets from each kind of program; the usual few are for every commit.
"""

import json
import os
from collections import Counter
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.api.conftest import held
from tests.business import counter as counters

from nianlun.access.models import Token
from nianlun.api.service import description

pytestmark = pytest.mark.django_db
OFTEN = int(os.environ.get("NIANLUN_FUZZ", "4"))
HOLDERS: tuple[tuple[str, ...], ...] = ((), ("cases.read",), ("cases.write",), ("persons.read",))
ADDRESSES = [
    (path, method)
    for path, each in description()["paths"].items()
    for method in each
    if "/policy/" not in path
]
QUERIES, FIELDS = ["state", "type", "after", "limit", "x"], ["version", "requirement", "how", "note"]
PURPOSE = quote("核对档案和材料")
SECRET = "nianlun_" + "0" * 43

texts = st.sampled_from(
    ["", "0", "1", "-1", "2026-03-01", "retirement", "identity_card", "copy_kept", "shared_data", "received",
     "长" * 300, "a\nb", "\x00", "\ud7ff", "½", "' OR 1=1", "../..", "%00", "130606-2026-000001", "yes",
     "公安人口库一致"]
)  # fmt: skip
plain = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from([2**31, 2**63, 0.5]), texts)
parts = st.one_of(
    st.sampled_from(["x", "½", "' OR 1=1", "长" * 99, "\x00", "A\x00B", "a\r\nb", "9" * 400, "..", "%00"]),
    st.text(min_size=1, max_size=6).filter(lambda text: "/" not in text and text.isprintable()),
)
KINDS = [
    "application/json; charset=nonsense", "application/json; charset=utf-16", "application/x-www-form-urlencoded",
    "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=x; charset=nonsense",
    "text/plain", "",
]  # fmt: skip
anything = st.recursive(
    plain,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
bodies = (
    st.fixed_dictionaries(
        {},
        optional={
            "version": st.sampled_from([1, 2]) | plain,
            "type": st.just("retirement") | anything,
            "person_id": st.just(str(uuid4())) | anything,
            "details": st.just(counters.details_for("retirement"))
            | st.dictionaries(texts, plain, max_size=3),
            "missing": st.lists(texts, max_size=3),
            "text": texts,
            "personal_number": texts,
            "requirement": texts,
            "how": texts,
            "note": texts,
        },
    )
    | anything
)


@pytest.mark.parametrize("scopes", HOLDERS, ids=lambda scopes: "+".join(scopes) or "without a token")
def test_every_described_address_asked_with_anything_answers_as_described(scopes, person, program):
    desk = program("cases.write")
    opened = {
        "type": "retirement",
        "person_id": str(person.id),
        "details": counters.details_for("retirement"),
    }
    number = desk.post("cases", opened, key=uuid4().hex).content["number"]
    token = factories.program(*scopes) if scopes else SECRET
    Token.objects.update(per_minute=10**6)
    statuses: Counter[int] = Counter()
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)

    @settings(
        max_examples=OFTEN * len(ADDRESSES),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), asked=st.sampled_from(ADDRESSES), key=st.uuids().map(str))
    def ask(data: st.DataObject, asked: tuple[str, str], key: str) -> None:
        path, method = asked
        part = data.draw(st.sampled_from([number, number, "retirement"]) | parts)
        address = path.format(number=quote(part, safe=""), code=quote(part, safe=""))
        headers = {"Authorization": f"Bearer {token}"}
        headers |= {"Idempotency-Key": data.draw(st.sampled_from([key, key, "k" * 9, "k"]))}
        headers |= data.draw(st.sampled_from([{}, {"X-Purpose": PURPOSE}, {"X-Purpose": "%ff%00"}]))
        if method == "get":
            query = data.draw(st.dictionaries(st.sampled_from(QUERIES), texts, max_size=3))
            response = client.get(address, query, headers=headers)
        elif path.endswith("/materials") and data.draw(st.booleans()):
            fields = data.draw(st.dictionaries(st.sampled_from(FIELDS), texts))
            response = client.post(address, fields, headers=headers)
        elif data.draw(st.integers(0, 4)) == 0:
            body = data.draw(
                st.sampled_from([b"", b"a=b", b"--x\r\n", b"[" * 9000, b"9" * 9000, b"\xff\x00"])
            )
            response = client.generic(
                "POST", address, body, content_type=data.draw(st.sampled_from(KINDS)), headers=headers
            )
        else:
            body = json.dumps(data.draw(bodies))
            response = client.post(address, body, content_type="application/json", headers=headers)
        statuses[response.status_code] += 1
        held(response, path, method)

    ask()
    print(f"{scopes}: {sum(statuses.values())} requests, {dict(sorted(statuses.items()))}")
    assert sum(statuses.values()) > 0
    assert not [status for status in statuses if status >= 500 and status != 503]
    assert bool(scopes) or set(statuses) <= {401}
