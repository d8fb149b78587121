"""What must be posted in public before it is granted waits for the posting."""

from datetime import date

import pytest
from tests import factories
from tests.business import papers
from tests.business.counter import Counter, accepted, passed, version_of

from nianlun.access.domain import Refused
from nianlun.cases import calendars
from nianlun.cases.domain.clock import Pause
from nianlun.cases.domain.flow import State
from nianlun.cases.domain.posting import NotPosted, Posting, ensure_whole, uncounted
from nianlun.cases.domain.types import Step
from nianlun.cases.effects import Done
from nianlun.cases.models import Case, Slip
from nianlun.cases.operations import deciding, posting

WHERE = "本机构门户网站和单位公告栏"
NONE = "没有收到异议"


@pytest.fixture
def counter(db, monkeypatch):
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    monkeypatch.setattr("nianlun.cases.effects.run", lambda name, case, *, by, at: Done(sentence="已登记"))
    return Counter()


@pytest.fixture
def reviewed(counter):
    """Early retirement for special work, reviewed twice, that waits to be approved."""
    return waiting(counter, "special_work_retirement")


def waiting(counter, kind, **details):
    case_id = accepted(counter, kind, person_id=factories.person().id, **details)
    passed(counter, case_id, "clerk", "reviewer")
    return case_id


def post(counter, case_id, by="clerk", since=date(2026, 3, 5), until=date(2026, 3, 11), said=NONE):
    """Enter a posting: from a Thursday to the next Wednesday are five working days."""
    posting.record_posting(
        case_id,
        by=getattr(counter, by),
        version=version_of(counter, case_id),
        place=WHERE,
        since=since,
        until=until,
        objections=said,
        at=counter.tick(),
    )


def test_nothing_is_granted_before_it_was_posted(counter, reviewed):
    with pytest.raises(Refused, match="批准前要公示 5 个工作日"):
        passed(counter, reviewed, "leader")
    counter.tick(days=8)
    post(counter, reviewed)
    passed(counter, reviewed, "leader")
    assert Case.objects.get(pk=reviewed).state == State.CONCLUDED.value


@pytest.mark.parametrize("by", ["clerk", "reviewer"])
def test_clerk_or_reviewer_enters_it(counter, reviewed, by):
    counter.tick(days=8)
    post(counter, reviewed, by=by)


def test_the_leader_does_not_enter_what_he_waits_for(counter, reviewed):
    counter.tick(days=8)
    with pytest.raises(Refused):
        post(counter, reviewed, by="leader")


def test_a_posting_without_a_word_on_objections_is_not_taken(counter, reviewed):
    counter.tick(days=8)
    with pytest.raises(Refused, match="异议"):
        post(counter, reviewed, said="无")


def test_what_was_sent_back_is_posted_anew(counter, reviewed):
    counter.tick(days=8)
    post(counter, reviewed)
    deciding.send_back(
        reviewed,
        by=counter.leader,
        version=version_of(counter, reviewed),
        to=Step.FIRST_REVIEW,
        text="工种年限要重核",
        at=counter.tick(),
    )
    with pytest.raises(Refused, match="不能登记公示"):
        post(counter, reviewed)
    passed(counter, reviewed, "clerk", "reviewer")
    with pytest.raises(Refused, match="还没有登记公示"):
        passed(counter, reviewed, "leader")


def test_the_days_of_a_posting_do_not_count(counter, reviewed):
    before = Case.objects.get(pk=reviewed).due_on
    counter.tick(days=8)
    post(counter, reviewed)
    after = Case.objects.get(pk=reviewed).due_on
    assert calendars.calendar().working_days_between(before, after) == 5
    post(counter, reviewed)  # entered again, for a word more: no day is left out twice
    assert Case.objects.get(pk=reviewed).due_on == after


def test_only_back_filled_papers_are_posted_where_the_kind_says_so(counter):
    without = waiting(counter, "deemed_years", rebuilt="")
    passed(counter, without, "leader")
    with_them = waiting(counter, "deemed_years", rebuilt="yes")
    with pytest.raises(Refused, match="公示"):
        passed(counter, with_them, "leader")
    other = waiting(counter, "retirement")
    counter.tick(days=8)
    with pytest.raises(Refused, match="不用公示"):
        post(counter, other)


def test_the_conclusion_and_the_record_tell_of_the_posting(counter, reviewed):
    counter.tick(days=8)
    post(counter, reviewed, said="工友李强问年限，核对工资表后无异议")
    passed(counter, reviewed, "leader")
    papers.work()
    for said in (
        papers.said(papers.paper(Slip.objects.get(kind="conclusion"))),
        papers.said(papers.stored(reviewed, "case.pdf")),
    ):
        assert "2026-03-05至2026-03-11" in said
        assert "工友李强问年限" in said


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (date(2026, 3, 5), date(2026, 3, 10), "只有 4 个"),
        (date(2026, 3, 11), date(2026, 3, 5), "早于第一天"),
        (date(2026, 3, 2), date(2026, 3, 11), "才受理"),
        (date(2026, 3, 5), date(2026, 3, 12), "还没有结束"),
    ],
)
@pytest.mark.django_db
def test_a_posting_is_whole(since, until, why):
    with pytest.raises(NotPosted, match=why):
        ensure_whole(
            Posting(place=WHERE, since=since, until=until),
            days=5,
            accepted_on=date(2026, 3, 4),
            on=date(2026, 3, 12),
            calendar=calendars.calendar(),
        )


def test_a_day_that_a_pause_covers_is_left_out_once():
    posted = Posting(place=WHERE, since=date(2026, 3, 5), until=date(2026, 3, 11))
    pause = Pause(since=date(2026, 3, 6), until=date(2026, 3, 8), reason="补正")
    assert uncounted(posted, pauses=[pause]) == [
        (date(2026, 3, 5), date(2026, 3, 6)),
        (date(2026, 3, 8), date(2026, 3, 12)),
    ]
