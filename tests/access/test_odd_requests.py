"""Whatever somebody puts into an address or a body, the answer is a page or a refusal, never a fault (S7.5)."""

import itertools
import re
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from tests import factories
from tests.access.test_every_route import routes
from tests.business import counter as counters

from nianlun.access.domain import RIGHTS, Right, Role
from nianlun.access.models import Token
from nianlun.cases import queries as cases

pytestmark = pytest.mark.django_db
TEXTS = ("\x00", "A\x00B", "长" * 1500, "\u202e½'\x1b\n", "\ud7ff")
NUMBERS = ("9223372036854775808", "9" * 400, "2147483648", "0", "1")
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
NAMED = b"--x\r\nContent-Disposition: form-data; %s\r\n\r\nb\r\n--x--\r\n"
BODIES = (
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b"garbage"),
    ("multipart/form-data; boundary=x; charset=nonsense", NAMED % b'name="a"'),
    ("multipart/form-data; boundary=x; charset=utf-16", NAMED % b'name="a"; filename="\x00"'),
    ("multipart/form-data; boundary=" + "y" * 300, b"--y"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=b"),
    ("application/x-www-form-urlencoded", b"a=%00&version=%00&note=%ff"),
    ("application/x-www-form-urlencoded", b"a=b&" * 2000),
    ("text/plain; charset=nonsense", b"\xff"),
    ("application/json; charset=nonsense", b"{}"),
    ("", b"\x00"),
)  # fmt: skip


def filled(route: str, text: str, number: str, *, known: str) -> str:
    """The address with the odd text in all its parts, but for those that are a known case's number, if any."""

    def part(found: re.Match[str]) -> str:
        if found["kind"] == "uuid":
            return "019b76da-0000-7000-8000-000000000000"
        if found["name"] == "number" and known and found["kind"] == "str":
            return known
        return quote(number if found["kind"] == "int" else text, safe="", errors="surrogatepass")

    return "/" + PART.sub(part, route)


@pytest.fixture
def number(person):
    counter = counters.Counter(at=timezone.now())
    case_id = counters.accepted(counter, person_id=person.id)
    return cases.case(counter.clerk, case_id).line.number


def test_no_page_falls_over_odd_parts_of_its_address(number, person, viewer):
    """Each page is asked by a post that may open it, or the door alone would answer."""
    nobody = Client(raise_request_exception=False)
    clients = {
        Role.INSURED: factories.insured(person),
        Role.EMPLOYER: factories.employer_account(factories.employer()),
    }
    for role, own in list(clients.items()):
        clients[role] = factories.client_of(own)
    asked, fallen = 0, []
    for route, pattern in routes(get_resolver()):
        if not PART.search(route):
            continue
        client, rule = nobody, getattr(pattern.callback, "access_rule", None)
        if isinstance(rule, Right):
            role = next(each for each in Role if rule in RIGHTS[each])
            if role not in clients:
                clients[role] = factories.client_of(viewer(role))
            client = clients[role]
        client.raise_request_exception = False
        every = {
            filled(route, text, many, known=known)
            for text, many in zip(TEXTS, NUMBERS, strict=True)
            for known in ("", number)
        }
        for address in sorted(every):
            for method in ("get", "post"):
                status = getattr(client, method)(address).status_code
                asked += 1
                if status >= 500:
                    fallen.append((method, status, address[:90]))
    assert fallen == []
    assert asked > 600


def test_no_address_for_programs_falls_over_odd_bodies(number):
    token = factories.program("cases.write", "persons.read")
    Token.objects.update(per_minute=10**6)
    client = Client(raise_request_exception=False)
    moves = ("accept", "details", "supplement", "resume", "materials")
    paths = ["cases", "persons/find", *(f"cases/{number}/{move}" for move in moves)]
    for path, (kind, body) in itertools.product(paths, BODIES):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
        answer = client.generic("POST", f"/api/v1/{path}", body, content_type=kind, headers=headers)
        assert 400 <= answer.status_code < 500, (path, kind, answer.content)
        assert answer["Content-Type"].startswith("application/problem+json")
        if not path.endswith("materials") and not kind.startswith("application/json"):
            assert answer.status_code == 415, (path, answer.content)


def test_no_page_falls_over_odd_bodies(number, viewer):
    staff = factories.client_of(viewer("clerk"))
    for client, pages in (
        (Client(), ("/sign-in/", "/sign-in/forgotten/", "/inquiry/", "/verify/")),
        (staff, (f"/cases/{number}/do/accept/", f"/cases/{number}/papers/", "/rights/ask/")),
    ):
        client.raise_request_exception = False
        for page, (kind, body) in itertools.product(pages, BODIES):
            assert client.generic("POST", page, body, content_type=kind).status_code < 500, (page, kind)
