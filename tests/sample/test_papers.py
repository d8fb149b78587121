"""Which papers survive, and what they say about a flaw."""

from collections import Counter

import pytest

from nianlun.archives.domain import DocumentKind
from nianlun.kernel.dates import NotADate, parse_partial_date
from nianlun.sample.city import build_city
from nianlun.sample.inbox import inbox_papers, inbox_people
from nianlun.sample.papers import all_papers, papers_of
from nianlun.sample.people import City, Flaw
from nianlun.sample.production import past
from nianlun.sample.typesetting import form

NAMES = {
    "name", "identity_number", "sex", "birth_date", "work_start", "unit", "recorded_on", "document_kind", "seal",
    "post", "employment_kind", "ended_on",
}  # fmt: skip


@pytest.fixture(scope="module")
def city() -> City:
    return build_city()


def test_everyone_has_three_papers_or_more_and_every_layout_is_met(city: City):
    papers = all_papers(city)
    counts = Counter(p.person for p in papers)
    assert min(counts.values()) >= 2
    assert sum(count >= 3 for count in counts.values()) >= 295
    assert 1000 <= sum(p.pages for p in papers) <= 1400
    assert len({p.kind for p in papers}) == 20
    assert len({p.id for p in papers}) == len(papers)


def test_five_papers_of_zhou_guilan_agree_on_her_birth_date_and_two_differ_on_her_work_start(city: City):
    papers = papers_of(city, 0)
    births = [e.value for p in papers for e in p.entries.values() if e.name == "birth_date"]
    assert births == ["1967-04-28"] * 5
    starts = {p.kind: e.value for p in papers for e in p.entries.values() if e.name == "work_start"}
    assert starts[DocumentKind.HIRING_APPROVAL] == "1984-09-01"
    assert starts[DocumentKind.CADRE_RESUME] == "1985-03"
    assert papers[0].made_on == "一九八四年九月一日"
    assert papers[0].entries["审批日期"].text == "84.8.29"


def test_every_entry_and_seal_has_its_place_on_the_form(city: City):
    for paper in all_papers(city):
        slots = form(paper.layout, dpi=50).slots
        assert set(paper.entries) <= set(slots), paper.id
        assert {s.slot for s in paper.seals} <= set(slots), paper.id
        assert len(form(paper.layout, dpi=50).pages) == paper.pages


def test_field_names_are_the_agreed_ones_and_dates_read_as_their_value(city: City):
    for paper in all_papers(city):
        for entry in paper.entries.values():
            assert entry.name is None or entry.name in NAMES
            if entry.name in ("birth_date", "work_start", "recorded_on", "ended_on"):
                try:
                    read = parse_partial_date(entry.text)
                except NotADate as why:
                    pytest.fail(f"{paper.id}: {entry.text}: {why}")
                assert read.text == entry.value, (paper.id, entry)


def test_an_altered_first_entry_is_on_the_first_paper(city: City):
    for one in (c for c in city.contradictions if c.kind is Flaw.ALTERED_FIRST_ENTRY):
        papers = papers_of(city, one.person)
        assert papers[0].altered
        assert not any(p.altered for p in papers[1:])


def test_two_first_entries_of_one_day_differ(city: City):
    for one in (c for c in city.contradictions if c.kind is Flaw.FIRST_ENTRIES_DIFFER):
        if city.persons[one.person].life != "apprentice":
            continue
        first = [p for p in papers_of(city, one.person) if p.made == papers_of(city, one.person)[0].made]
        births = {e.value for p in first for e in p.entries.values() if e.name == "birth_date"}
        assert len(births) == 2


def test_the_card_and_the_file_differ_where_that_is_the_flaw(city: City):
    for one in (c for c in city.contradictions if c.kind is Flaw.CARD_AGAINST_FILE):
        papers = papers_of(city, one.person)
        card = next(p for p in papers if p.kind is DocumentKind.IDENTITY_CARD)
        filed = [p for p in papers if p.kind.about.in_personnel_file]
        assert card.entries["出生"].value == one.true
        stated = {e.value for p in filed for e in p.entries.values() if e.name == "birth_date"}
        assert not any(one.true.startswith(value) for value in stated)


def test_the_inbox_and_the_past_share_no_paper(city: City):
    unread = inbox_papers(city)
    assert len(unread) >= 40
    assert 10 <= len(inbox_people(city)) <= 14
    assert not {p.id for p in unread} & {p.id for p in past(city, unread=inbox_people(city))}
    assert len({p.kind for p in unread}) >= 12


def test_a_small_city_has_an_inbox_too():
    assert inbox_papers(build_city(persons=25))
