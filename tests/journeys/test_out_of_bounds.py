"""Every address of vault, media, journal and certificates, asked for by those who have no business there."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.urls import get_resolver
from tests.access.test_every_route import routes
from tests.journeys.browser import Visitor
from tests.journeys.small_vault import object_id
from tests.journeys.system import System

from nianlun.access.domain import RIGHTS, Right, Role

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
GUARDED = ("vault.", "media.", "journal.", "document.", "item.certify")
"""What the rights of these pages begin with."""

NOBODYS_BUSINESS = {
    "李敏": Role.CLERK,
    "陈静": Role.REVIEWER,
    "韩雪": Role.POLICY_OFFICER,
    "马小川": Role.SCANNER,
    "周桂兰": Role.INSURED,
    "石磊": Role.KEEPER,
    "周岭": Role.LEADER,
}
NOWHERE = UUID("019b76da-0000-7000-8000-000000000000")


def guarded() -> Iterator[tuple[str, Right]]:
    """Every address whose right is one of these, and the right."""
    for address, pattern in routes(get_resolver()):
        rule = getattr(pattern.callback, "access_rule", None)
        if rule in set(Right) and str(rule).startswith(GUARDED):
            yield address, Right(rule)


def one(system: System, statement: str) -> str:
    """The id of something that is there, or of something that is not where nothing is there yet."""
    found = system.rows(statement)
    return str(found[0][0] if found else NOWHERE)


@pytest.fixture(scope="module")
def things(system: System) -> dict[str, str]:
    """What to put into an address, by the part of it that asks."""
    return {
        "<path:object_id>": object_id(system.city["kept"]["secret one"]),
        "<uuid:item_id>": system.city["kept"]["secret one"],
        "<uuid:run_id>": one(system, "SELECT id FROM vault_fixityrun LIMIT 1"),
        "<uuid:incident_id>": one(system, "SELECT id FROM vault_incident LIMIT 1"),
        "<uuid:destruction_id>": one(system, "SELECT id FROM vault_destruction LIMIT 1"),
        "<uuid:set_id>": one(system, "SELECT id FROM media_mediaset LIMIT 1"),
        "<uuid:medium_id>": one(system, "SELECT id FROM media_medium LIMIT 1"),
        "<uuid:document_id>": one(system, "SELECT id FROM journal_issueddocument LIMIT 1"),
        "<uuid:check_id>": one(system, "SELECT id FROM journal_logcheck LIMIT 1"),
        "<int:entry_id>": one(system, "SELECT id FROM journal_entry WHERE name = '王海' LIMIT 1"),
    }


def filled(address: str, things: dict[str, str]) -> str:
    for part, value in things.items():
        address = address.replace(part, value)
    assert "<" not in address, f"{address} asks for something this test does not know: add it to `things`"
    return f"/{address}"


def asked(visitor: Visitor, path: str) -> int:
    """How a page answers, or where it only takes forms, a form."""
    status = int(visitor.fetch(path).status)
    return int(visitor.fetch(path, step="write").status) if status == 405 else status


@pytest.mark.parametrize("name", NOBODYS_BUSINESS)
def test_who_lacks_the_right_gets_no_page_and_no_deed(
    visit: Visit, system: System, things: dict[str, str], name: str
):
    visitor = visit(name)
    forbidden = [
        filled(address, things)
        for address, right in guarded()
        if right not in RIGHTS[NOBODYS_BUSINESS[name]]
    ]
    assert len(forbidden) >= 5
    answers = {path: asked(visitor, path) for path in forbidden}
    assert {path: status for path, status in answers.items() if status != 404} == {}


def test_of_another_agencys_media_entries_and_papers_nothing_is_there(
    visit: Visit, system: System, things: dict[str, str]
):
    archivist, auditor = visit("徐苇"), visit("许可")
    item, medium, media_set = (things[f"<uuid:{name}_id>"] for name in ("item", "medium", "set"))
    entry = things["<int:entry_id>"]
    paths = [
        f"/items/{item}/",
        f"/items/{item}/original/",
        f"/items/{item}/copy/",
        f"/media/sets/{media_set}/",
        f"/media/sets/{media_set}/progress/",
        f"/media/{medium}/",
        f"/media/{medium}/label.pdf",
        f"/media/{medium}/register.pdf",
        f"/media/{medium}/read/",
    ]
    assert {path: asked(archivist, path) for path in paths} == dict.fromkeys(paths, 404)
    archivist.go(f"/vault/objects/{things['<path:object_id>']}/")
    assert "信访事项答复" not in archivist.text  # a number and digests, no title
    answer = archivist.fetch(f"/vault/destroy/{things['<path:object_id>']}/", authority="销毁清册 2026-09")
    assert answer.status == 404
    paths = [f"/journal/{entry}/", f"/journal/{entry}/receipt.json"]
    assert {path: asked(auditor, path) for path in paths} == dict.fromkeys(paths, 404)
    auditor.go("/journal/")
    assert "王海" not in auditor.text
