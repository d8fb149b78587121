"""Filing an ended case: one item, once, with a term that is never shortened, and nothing ended stays out of sight."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import factories
from tests.business.counter import Counter, accepted, passed, version_of
from tests.business.papers import stored, work

from nianlun.access.domain import NotVisible, Refused
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import DocumentKind
from nianlun.archives.models import Item
from nianlun.cases import calendars, queries
from nianlun.cases.domain.delivery import Way
from nianlun.cases.domain.filing import TERMS, Description, NotFilable, checked, late_before
from nianlun.cases.domain.flow import Move, State
from nianlun.cases.models import Case, Filing, Slip
from nianlun.cases.operations import deciding, delivering, filing, withdrawing
from nianlun.config.command import main
from nianlun.journal.models import Entry
from nianlun.vault import belonging, destruction_rules

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 5)


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture(autouse=True)
def places(settings, tmp_path, monkeypatch, agency):
    settings.VAULT_ROOT = tmp_path / "vault"
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=factories.START)


def ended(counter, name: str = "周桂兰"):
    """A granted case, not yet touched by any job."""
    case_id = accepted(counter, person_id=factories.person(name=name).id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    return case_id


def prepared(counter, name: str = "周桂兰"):
    case_id = ended(counter, name)
    work()
    return case_id


def seen(counter, case_id) -> dict[str, int]:
    line = queries.filing(counter.archivist, case_id, on=TODAY).line
    return {"version": line.case.version, "edition": line.edition}


def test_an_ended_case_becomes_one_item_of_the_business_archives_and_a_second_archivist_is_told_who_filed_it(
    counter, agency
):
    case_id = prepared(counter)
    both = seen(counter, case_id)
    code = filing.file(case_id, by=counter.archivist, at=counter.tick(), **both)
    with pytest.raises(Refused, match=counter.archivist.name):
        filing.file(case_id, by=counter.archivist2, at=counter.tick(), **both)
    version = Case.objects.get().version
    with pytest.raises(Refused, match="已经归档"):
        filing.file(case_id, by=counter.archivist2, version=version, edition=1, at=counter.tick())
    row, item = Case.objects.get(), Item.objects.get()
    assert item.pk == row.item_id and code == item.code == "B013-ZY·YL·2026·D100·J-00001"
    assert (item.title, item.document_kind, item.creator) == (
        f"周桂兰退休审核（{row.number}）",
        DocumentKind.CASE_FILE.value,
        agency.name,
    )
    assert item.recorded_text == "2026-03-04" and item.person_id == row.person_id
    assert item.page_count == len(Filing.objects.get().pages) == len(archive_queries.pages(item.pk))
    assert row.state == "filed" and row.filed_at is not None
    assert row.actions.get(move=Move.FILE.value).details["code"] == code
    assert Entry.objects.filter(action="cases.filed", about=row.number).count() == 1
    record = json.loads(stored(case_id, "record.json"))
    told = json.loads(stored(case_id, "case.json"))
    assert record["code"] == code and told["state"] == "filed" and told["steps"][-1]["what"] == "归档"
    assert queries.case_of_item(counter.clerk, item.pk).id == case_id
    assert queries.to_file(counter.archivist, on=TODAY) == []


def test_a_filing_cut_off_after_the_vault_is_done_again_as_one_item_and_nothing_is_destroyed_before(
    counter, monkeypatch, elsewhere
):
    case_id = prepared(counter)
    name, keeper = Case.objects.get().object_id, factories.staff("keeper")
    store = filing.vault.store

    def die(*args, **kwargs):
        store(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr("nianlun.cases.operations.filing.vault.store", die)
    both = seen(counter, case_id)
    with pytest.raises(KeyboardInterrupt):
        filing.file(case_id, by=counter.archivist, at=counter.tick(), **both)
    monkeypatch.setattr("nianlun.cases.operations.filing.vault.store", store)
    assert Case.objects.get().state == "concluded" and not Item.objects.exists()
    [reason] = destruction_rules.reasons(name, by=keeper, on=date(2126, 1, 1))
    assert "还没有归档" in reason
    assert belonging.all_within(counter.archivist, [name])
    assert not belonging.all_within(factories.staff("keeper", scope=elsewhere.division), [name])
    code = filing.file(case_id, by=counter.archivist, at=counter.tick(), **both)
    assert code.endswith("J-00001") and Item.objects.count() == 1
    assert json.loads(stored(case_id, "record.json"))["code"] == code
    assert destruction_rules.reasons(name, by=keeper, on=date(2127, 1, 1)) == []
    assert "才满" in destruction_rules.reasons(name, by=keeper, on=date(2126, 12, 31))[0]


def test_title_and_term_may_be_corrected_but_a_term_only_lengthened(counter):
    case_id = prepared(counter)
    given = {"title": "周桂兰退休审核 ", "secrecy": "internal"}
    with pytest.raises(Refused, match="只能延长"):
        filing.describe(
            case_id,
            by=counter.archivist,
            retention="D50",
            at=counter.tick(),
            **given,
            **seen(counter, case_id),
        )
    old = seen(counter, case_id)
    filing.describe(case_id, by=counter.archivist, retention="Y", at=counter.tick(), **given, **old)
    with pytest.raises(Refused, match="刚刚改过"):
        filing.file(case_id, by=counter.archivist2, at=counter.tick(), **old)
    with pytest.raises(Refused, match="没有加密"):
        filing.describe(
            case_id,
            by=counter.archivist,
            retention="Y",
            at=counter.tick(),
            **{**given, "secrecy": "work_secret"},
            **seen(counter, case_id),
        )
    code = filing.file(case_id, by=counter.archivist, at=counter.tick(), **seen(counter, case_id))
    item = Item.objects.get()
    assert "·Y·" in code and (item.title, item.retention) == ("周桂兰退休审核", "Y")


def test_what_is_not_ready_or_not_ones_own_to_file_is_refused_in_words(counter, elsewhere):
    case_id = ended(counter)
    both = {"version": version_of(counter, case_id), "edition": 1}
    with pytest.raises(Refused, match="阅读件还没有生成"):
        filing.file(case_id, by=counter.archivist, at=counter.tick(), **both)
    work()
    with pytest.raises(Refused):
        filing.file(case_id, by=counter.clerk, at=counter.tick(), **both)
    stranger = factories.staff("archivist", scope=elsewhere.division, agency_name=elsewhere.name)
    with pytest.raises(NotVisible):
        filing.file(case_id, by=stranger, at=counter.tick(), **both)
    assert queries.to_file(stranger, on=TODAY) == []
    assert not Item.objects.exists()


def test_papers_that_could_not_be_made_hold_the_case_in_the_queue_with_the_reason_until_tried_again(
    counter, monkeypatch
):
    case_id = ended(counter, "周𪚥")
    work()
    [line] = queries.to_file(counter.archivist, on=TODAY)
    assert line.description is None and "𪚥" in line.problem
    assert filing.retry(case_id, by=counter.archivist, at=counter.tick()) == 2


def test_a_case_that_ended_in_any_way_has_its_place_in_the_queue_from_that_moment(counter):
    granted = ended(counter, "张伟")
    refused = accepted(counter, person_id=factories.person(name="李娜").id)
    passed(counter, refused, "clerk", "reviewer")
    why = {"text": "累计缴费年限不满十五年", "at": counter.tick()}
    deciding.refuse(refused, by=counter.leader, version=version_of(counter, refused), **why)
    person = factories.person(name="王芳")
    withdrawn = accepted(counter, person_id=person.id)
    seen_by = version_of(counter, withdrawn)
    withdrawing.withdraw_own(withdrawn, by=factories.insured(person), version=seen_by, at=counter.tick())
    waiting = {line.case.id for line in queries.to_file(counter.archivist, on=TODAY)}
    assert waiting == {granted, refused, withdrawn}
    assert waiting == set(Case.objects.filter(concluded_at__isnull=False).values_list("pk", flat=True))


def test_what_waits_for_more_than_three_working_days_is_late_on_the_page_and_for_the_operator(
    counter, capsys
):
    ended(counter)  # on Wednesday 4 March
    monday, tuesday = date(2026, 3, 9), date(2026, 3, 10)
    assert [line.late for line in queries.to_file(counter.archivist, on=monday)] == [False]
    assert [line.late for line in queries.to_file(counter.archivist, on=tuesday)] == [True]
    assert queries.count_late(counter.archivist, on=monday) == 0
    assert queries.count_late(counter.archivist, on=tuesday) == 1
    assert main(["cases", "unfiled", "--json"]) == 1  # the machine's own day is long after
    told = json.loads(capsys.readouterr().out)
    assert told["late"] == 1 and not told["unfiled"][0]["ready"]


days = st.dates(date(2024, 2, 1), date(2026, 12, 31))


@given(days, st.integers(0, 5), st.integers(0, 20))
def test_late_means_more_working_days_than_allowed_between(on, allowed, before):
    ended_on = on - timedelta(days=before)
    calendar = calendars.calendar()
    day_after = timedelta(days=1)
    passed_by = calendar.working_days_between(ended_on + day_after, on + day_after)
    assert (ended_on < late_before(on, days=allowed, calendar=calendar)) == (passed_by > allowed)


@given(st.sampled_from(TERMS), st.sampled_from(TERMS))
def test_no_term_is_ever_shortened(least, chosen):
    given_ = Description(title="甲", retention_item="SB03-01", retention=chosen, secrecy="internal")
    if TERMS.index(chosen) < TERMS.index(least):
        with pytest.raises(NotFilable):
            checked(given_, least=least, item="SB03-01")
    else:
        assert checked(given_, least=least, item="SB03-01").retention == chosen


# Delivery


def test_a_paper_is_delivered_by_post_with_its_receipt_in_person_and_by_reading_it_once(counter):
    person = factories.person()
    case_id = accepted(counter, person_id=person.id)
    work()
    slip = Slip.objects.get()
    common = {"by": counter.clerk, "slip_id": slip.pk}

    def deliver(way, **given):
        seen_by = version_of(counter, case_id)
        delivering.deliver(case_id, version=seen_by, way=way, at=counter.tick(), **common, **given)

    with pytest.raises(Refused, match="回执号"):
        deliver(Way.POST)
    with pytest.raises(Refused, match="出具日"):
        deliver(Way.POST, receipt="EMS1", on=date(2026, 3, 3))
    deliver(Way.POST, receipt="EMS 1234", on=date(2026, 3, 4))
    deliver(Way.IN_PERSON, receipt="张伟")
    deliver(Way.NOTICE)
    own = factories.insured(person)
    for _ in range(2):
        delivering.read(case_id, by=own, slip_id=slip.pk, at=counter.tick())
    with pytest.raises(NotVisible):
        other = factories.insured(factories.person(name="李娜"))
        delivering.read(case_id, by=other, slip_id=slip.pk, at=counter.tick())
    told = [
        a.details["way"] for a in queries.case(counter.clerk, case_id).actions if a.move is Move.DELIVER
    ]
    assert told == ["post", "in_person", "notice", "read"]
    assert queries.case(counter.clerk, case_id).line.state is State.FIRST_REVIEW
