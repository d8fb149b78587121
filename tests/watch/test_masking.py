"""Numbers of persons stand masked on every page of staff, whatever its address (S2.3, S5.5)."""

import re

import pytest
from tests import factories
from tests.access.other_side import AGENCY, DIVISION, NAME, NOWHERE, OTHERS, WORDS, other_side
from tests.access.test_outsiders import guarded
from tests.vault.small_archive import file

from nianlun.archives.domain import DocumentKind
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber

pytestmark = pytest.mark.django_db
POSTS = "clerk archivist keeper reviewer leader finance auditor security_officer system_officer".split()
EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
TELEPHONE = re.compile(r"(?<![0-9A-Za-z.])1[3-9]\d{9}(?![0-9A-Za-z])")


@pytest.fixture(autouse=True)
def folders(tmp_path, settings) -> None:
    settings.VAULT_ROOT, settings.QUARANTINE = tmp_path / "vault", tmp_path / "quarantine"
    settings.DERIVED = tmp_path / "derived"


def full_numbers(text: str) -> list[str]:
    """Identity numbers and telephones in full; eighteen digits that are no identity number are something else."""
    found = TELEPHONE.findall(text)
    for candidate in EIGHTEEN.findall(text):
        try:
            found.append(IdentityNumber.parse(candidate).text)
        except NotAnIdentityNumber:
            continue
    return found


def test_this_test_knows_a_number_when_it_sees_one():
    number = factories.identity_number()
    assert full_numbers(f"<td>{number}</td><td>13812345678</td>") == ["13812345678", number]
    assert (
        full_numbers(
            f"{number[:4]}••••••••••{number[-4:]} 138••••5678 019b76da-0000-7000-8000-000000000000"
        )
        == []
    )


def test_no_page_of_staff_shows_a_number_in_full():
    side, shown, drawn = other_side(), [], 0
    number = factories.identity_number(division=DIVISION)
    said = {"identity_number": number, "name": NAME, "birth_date": "1966-04-28"}
    paper = file(
        side.agency.id, DocumentKind.HIRING_APPROVAL, made="1984-08-29", person=side.person.id, said=said
    )
    browsers = {}
    for post in POSTS:
        who = factories.staff(post, scope=DIVISION, agency_name=AGENCY)
        factories.purpose(who, side.person.id)
        browsers[post] = who, factories.client_of(who)
    more = [(f"/items/{paper}/", "item.read"), (f"/review/{paper}/", "review.read")]
    more += [(f"/{page}/?q={NAME}", "person.search") for page in ("search", "people")]
    for address, right in [*addresses(side), *more]:
        # Whoever holds the right sees the same page; the first of them is asked.
        client = next((client for who, client in browsers.values() if who.may(right)), None)
        answer = client.get(address) if client else None
        if answer is None or answer.status_code != 200 or answer.streaming:
            continue
        drawn += 1
        shown += [(address, found) for found in full_numbers(answer.content.decode(errors="replace"))]
    assert shown == []
    assert drawn > 60


def addresses(side) -> list[tuple[str, str]]:
    return [
        (
            route.filled(lambda part: OTHERS[part](side) if part in OTHERS else WORDS.get(part, NOWHERE)),
            route.rule,
        )
        for route in guarded()
        if "<uuid:record_id>" not in route.parts  # an assessment there is a row without a reckoning to draw
    ]
