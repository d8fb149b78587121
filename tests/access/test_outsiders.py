"""Whoever stands outside gets of a thing that is there what everybody gets of a thing that is not (S2.1, S2.2).

The addresses come from the URL configuration and the things from `other_side`: a new page is swept as soon as it has
an address, and one that asks for something unknown fails until its thing is added to `other_side.OTHERS`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests import factories
from tests.access.other_side import (
    AGENCY,
    AT,
    DIVISION,
    MILL,
    NAME,
    NO_NUMBER,
    NOBODYS,
    NOWHERE,
    OTHERS,
    WORDS,
    OtherSide,
    other_side,
)
from tests.access.test_every_route import routes

from nianlun.access.domain import Right, Viewer
from nianlun.access.gate import ByToken, OpenPage
from nianlun.entitlements import operations as entitlements
from nianlun.registry import queries as registry

pytestmark = pytest.mark.django_db
PART = re.compile(r"<[^>]+>")

SAYS_NOTHING = {
    "access:purpose": "the form asks for a purpose before anything is looked up",
    "desk:document-withdraw": "the list comes again with a sentence that fits both",
}
"""Pages that answer a thing out of sight with something else than 404, the same for one of nowhere."""

EVERYBODYS = {
    "desk:vault-object": "the vault is one; of an object out of sight its page shows a number and digests",
}
"""Pages of a thing that whoever has the right sees wherever it belongs."""

SEARCHED = ("desk:search", "desk:people", "desk:register", "desk:vault-objects", "journal:entries")
"""Pages with a question of their own."""

FORM = {
    "authority": "销毁清册 2026-09",
    "reason": "核对后认为不应办理",
    "decision": "refuse",
    "step": "submit",
    "purpose": "退休待遇核定前核对档案",
    "value": "1966-04-28",
    "sure": "yes",
}
"""What a form is sent with, so that it gets past the fields it asks for."""


@dataclass(frozen=True)
class Route:
    """One address with its rule."""

    name: str
    address: str
    rule: Right | OpenPage

    @property
    def parts(self) -> list[str]:
        return PART.findall(self.address)

    @property
    def names_a_thing(self) -> bool:
        return any(part not in WORDS for part in self.parts)

    @property
    def withheld(self) -> bool:
        """Whether even those with the right see such things of their own side only."""
        return any(part in OTHERS for part in self.parts) and self.name not in EVERYBODYS

    def filled(self, value: Callable[[str], object]) -> str:
        return "/" + PART.sub(lambda part: str(value(part[0])), self.address)


@cache
def guarded() -> list[Route]:
    """Every address that asks who is there."""
    rules = {id(each): name for name, each in _named(get_resolver())}
    return [
        Route(rules[id(pattern)], address, pattern.callback.access_rule)
        for address, pattern in routes(get_resolver())
        if not isinstance(pattern.callback.access_rule, OpenPage | ByToken)
    ]


def for_programs() -> list[Route]:
    """Every address that asks for a token, and looks at no session."""
    rules = {id(each): name for name, each in _named(get_resolver())}
    return [
        Route(rules[id(pattern)], address, pattern.callback.access_rule.right)
        for address, pattern in routes(get_resolver())
        if isinstance(pattern.callback.access_rule, ByToken)
    ]


def _named(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _named(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        else:
            yield f"{namespace}{each.name}", each


@pytest.fixture(autouse=True)
def folders(tmp_path, settings) -> None:
    settings.VAULT_ROOT, settings.QUARANTINE = tmp_path / "vault", tmp_path / "quarantine"
    settings.DERIVED = tmp_path / "derived"
    factories.agency()
    factories.agency(DIVISION, AGENCY)


def outsiders() -> dict[str, Viewer]:
    """Those who have no business with that side: another agency's staff, and its own contractor, employer, citizen."""
    posts = "clerk archivist reviewer leader keeper auditor security_officer system_officer".split()
    return {post: factories.staff(post) for post in posts} | {
        "scanner": factories.staff("scanner", scope=DIVISION, agency_name="冀档数字化服务公司"),
        "employer": factories.employer_account(
            factories.employer("石家庄市第二棉纺厂", at_agency=factories.agency(DIVISION, AGENCY)),
            scope=DIVISION,
        ),
        "insured": factories.insured(factories.person(name="赵春梅", sex="female")),
    }


OUTSIDE = ("scanner", "employer", "insured")
"""Who stands outside the agency, and is asked about every right; of staff, each post about its own rights."""


def test_every_part_of_an_address_has_an_example():
    unknown = {
        part: route.address
        for route in (*guarded(), *for_programs())
        for part in route.parts
        if part not in OTHERS and part not in WORDS and part not in NOBODYS
    }
    assert unknown == {}, "add what these ask for to tests/access/other_side.py"


def test_what_is_out_of_sight_answers_as_what_is_not_there():
    side, wrong, swept = other_side(), [], 0
    for post, who in outsiders().items():
        client = factories.client_of(who)
        turned_away = asked(client, f"/no/such/page/{NOWHERE}/", (Client.post,))
        for route in guarded():
            may = who.may(route.rule)
            if not route.names_a_thing or (not route.withheld if may else post not in OUTSIDE):
                continue
            # The gate turns away whoever lacks the right before it looks at method and id: as from no page at all.
            ways = (Client.get, Client.post) if may else (Client.post,)
            there = asked(client, route.filled(lambda part: _real(part, side)), ways)
            nowhere = asked(client, route.filled(_nowhere), ways) if may else turned_away
            swept += len(there)
            statuses = {status for status, _ in there} - {405}
            if there != nowhere or (statuses != {404} and route.name not in SAYS_NOTHING):
                wrong.append((post, route.name, there, nowhere))
    assert wrong == []
    assert swept >= 300


def asked(client: Client, path: str, ways: Sequence[Callable[..., HttpResponse]]) -> list[tuple[int, int]]:
    """How the address answers being asked for or sent a form: status, and length but for what it repeats."""
    answers = []
    for way in ways:
        answer = way(client, path, FORM)
        answers.append(
            (answer.status_code, 0 if answer.streaming else len(_text(answer).replace(path, "")))
        )
        client.cookies.pop("messages", None)  # what is still to be told belongs to the request before
    return answers


def _text(answer: HttpResponse) -> str:
    return str(answer.content.decode(errors="replace"))


def _real(part: str, side: OtherSide) -> object:
    return OTHERS[part](side) if part in OTHERS else WORDS.get(part, NOWHERE)


def _nowhere(part: str) -> object:
    if part in WORDS:
        return WORDS[part]
    if part == "<path:object_id>":
        return f"urn:nianlun:item:{NOWHERE}"
    return NO_NUMBER if part.startswith("<int:") else NOWHERE


def test_who_is_not_signed_in_is_sent_to_sign_in_whatever_is_asked_for():
    side, client = other_side(), Client()
    for route in guarded():
        path = route.filled(lambda part: _real(part, side))
        for answer in (client.get(path), client.post(path, FORM)):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/sign-in/"), path


def test_a_session_opens_nothing_that_is_for_programs_and_tells_nothing_of_it():
    side = other_side()
    for client in (Client(), *(factories.client_of(who) for who in outsiders().values())):
        answers = {
            (answer.status_code, answer.content)
            for route in for_programs()
            for part in (lambda part: _real(part, side), _nowhere)
            for answer in (client.get(route.filled(part)), client.post(route.filled(part), FORM))
        }
        assert {status for status, _ in answers} == {401} and len(answers) == 1


LOOKING = ("clerk", "leader", "auditor", "scanner", "employer", "insured")
"""Between them they have every list there is."""
OF_THE_WHOLE = ("desk:vault", "desk:log", "journal:", "lawbook:", "media:plan", "portal:reads")
"""Pages that tell of the whole installation, or of what their reader has just done."""
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|data-passkey-create="[^"]*"|\d{2}:\d{2}(:\d{2})?|value="[0-9a-f-]{36}"'
)
QUESTIONS = ("", NAME[:2], MILL[:5], "工作", "C027", "P9")


def test_its_coming_changes_no_list_no_search_and_no_count_of_an_outsider():
    looking = {post: who for post, who in outsiders().items() if post in LOOKING}
    clients = {post: factories.client_of(who) for post, who in looking.items()}
    entitlements.refresh_careers(registry.all_ids(), at=AT)  # what would follow later is there before
    before = {post: pages(client, looking[post]) for post, client in clients.items()}
    side = other_side()
    told = []
    for post, client in clients.items():
        for asked_for, text in pages(client, looking[post]).items():
            marked = [mark for mark in side.marks if mark in text]
            whole = asked_for[0].startswith(OF_THE_WHOLE)
            if marked or (text != before[post].get(asked_for) and not whole):
                told.append((post, *asked_for, marked))
    assert told == []


def pages(client: Client, who: Viewer) -> dict[tuple[str, str], str]:
    """Every page the viewer has that names no thing, and what it says; pages one can search, for each question."""
    found = {}
    for route in guarded():
        if route.names_a_thing or not who.may(route.rule):
            continue
        path = route.filled(_nowhere)
        for question in QUESTIONS if route.name in SEARCHED else QUESTIONS[:1]:
            answer = client.get(path, {"q": question} if question else {})
            if answer.status_code == 200 and not answer.streaming:
                found[route.name, question] = CHANGING.sub("", _text(answer))
    return found
