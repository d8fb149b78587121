"""The papers a case gives out: each kind says what it has to, once, under a number and a code that is found again."""

import io
import re

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import factories
from tests.business.counter import Counter, accepted, give_all, opened, passed, version_of
from tests.business.papers import paper, said, work

from nianlun.cases import slips
from nianlun.cases.domain.types import SlipKind
from nianlun.cases.models import Case, Slip
from nianlun.cases.operations import deciding, door, pausing, withdrawing
from nianlun.cases.slip_numbers import agency_word, slip_number, stem
from nianlun.jobs.models import Job
from nianlun.journal.models import IssuedDocument
from nianlun.kernel.digests import digest_bytes
from nianlun.ui.stamp import stamped_code
from nianlun.vault import operations as vault

pytestmark = pytest.mark.django_db
SITE = "https://ylbx.example.gov.cn"


@pytest.fixture
def counter():
    return Counter()


@pytest.fixture(autouse=True)
def places(settings, tmp_path, monkeypatch):
    settings.VAULT_ROOT, settings.PUBLIC_URL = tmp_path / "vault", SITE
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


def the(kind: SlipKind) -> Slip:
    return Slip.objects.get(kind=kind.value)


def text_of(kind: SlipKind) -> str:
    work()
    return said(paper(the(kind)))


def give(counter, kind: SlipKind) -> None:
    """Bring a case to the move that gives this paper out."""
    person = factories.person(name="周桂兰", sex="female")
    if kind is SlipKind.NOT_ACCEPTED:
        case_id = opened(counter, person_id=person.id)
        seen = version_of(counter, case_id)
        why = "参保关系不在本区，应向参保地申请"
        door.reject(case_id, by=counter.clerk, version=seen, reason=why, at=counter.tick())
        seen = version_of(counter, case_id)
        door.decide_rejection(case_id, by=counter.reviewer, version=seen, agree=True, at=counter.tick())
        return
    case_id = accepted(counter, person_id=person.id)
    seen = version_of(counter, case_id)
    match kind:
        case SlipKind.SUPPLEMENT:
            pausing.ask_supplement(
                case_id,
                by=counter.clerk,
                version=seen,
                missing=["personnel_file"],
                text="档案请密封后送达",
                at=counter.tick(),
            )
        case SlipKind.SUSPENSION:
            why = "等劳动能力鉴定委员会的鉴定结论"
            pausing.suspend(case_id, by=counter.clerk, version=seen, reason=why, at=counter.tick())
        case SlipKind.WITHDRAWAL:
            why = "同一事项重复立案，保留先收的一件"
            withdrawing.withdraw(case_id, by=counter.clerk, version=seen, reason=why, at=counter.tick())
            withdrawing.decide_withdrawal(
                case_id, by=counter.reviewer, version=seen + 1, agree=True, at=counter.tick()
            )
        case SlipKind.REFUSAL:
            passed(counter, case_id, "clerk", "reviewer")
            deciding.refuse(
                case_id,
                by=counter.leader,
                version=version_of(counter, case_id),
                text="累计缴费年限不满十五年，相差 7 个月",
                at=counter.tick(),
            )
        case SlipKind.CONCLUSION:
            passed(counter, case_id, "clerk", "reviewer", "leader")


WORDS = {
    SlipKind.ACCEPTANCE: "决定自2026年3月4日起受理 最迟2026年4月1日办结 20个工作日 第十八条 已验原件 第三十一条",
    SlipKind.SUPPLEMENT: "一次性告知 本人人事档案 劳社部发〔1999〕8号 档案请密封后送达 不计入办理期限",
    SlipKind.NOT_ACCEPTED: "不予受理 参保关系不在本区 六十日内申请行政复议 人民法院起诉",
    SlipKind.REFUSAL: "不予批准 相差7个月 六十日内申请行政复议 人民法院起诉",
    SlipKind.CONCLUSION: "已于2026年3月4日办结 办理结果 实际用时0个工作日 申请行政复议",
    SlipKind.SUSPENSION: "等劳动能力鉴定委员会的鉴定结论 中止的时间不计入办理期限",
    SlipKind.WITHDRAWAL: "予以撤销 同一事项重复立案 申请行政复议",
}


@pytest.mark.parametrize("kind", SlipKind)
def test_each_paper_says_who_what_when_why_and_where_to_turn(counter, agency, kind):
    give(counter, kind)
    text = text_of(kind)
    for word in WORDS[kind].split():
        assert word in text, word
    slip = the(kind)
    case = slip.case
    for word in ("周桂兰：", case.number, slip.number, kind.label, agency.name, "12333", "2026年3月4日"):
        assert re.sub(r"\s", "", word) in text, word
    assert "1306••••••••" in text and not re.search(r"\d{17}[\dX]", text)
    assert f"第{slip.page_count}页，共{slip.page_count}页" in text
    assert "盖章处" in text and "签收人" in text


def test_a_paper_is_pdf_a_2b_and_its_code_leads_to_what_the_register_says_of_it(counter, client):
    give(counter, SlipKind.ACCEPTANCE)
    work()
    slip = the(SlipKind.ACCEPTANCE)
    content = paper(slip)
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
        fonts = [
            descendant.FontDescriptor
            for page in pdf.pages
            for font in page.Resources.Font.values()
            for descendant in font.DescendantFonts
        ]
    assert fonts and all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
    code = stamped_code(content)
    answer = client.get(f"/verify/{code}").content.decode()
    assert "是我们出具的" in answer and "受理通知书" in answer and "周桂兰" not in answer
    told = IssuedDocument.objects.get(about_id=str(slip.pk))
    assert (told.kind, told.sha512) == ("case_acceptance", digest_bytes(content).sha512)


def test_a_job_done_again_and_one_cut_off_after_the_vault_make_one_paper_under_one_number(
    counter, monkeypatch
):
    give(counter, SlipKind.ACCEPTANCE)
    job = Job.objects.get(kind="cases.issue_slip")
    kept, store = [], vault.store

    def die(*args, **kwargs):
        kept.append(store(*args, **kwargs))
        raise KeyboardInterrupt

    monkeypatch.setattr("nianlun.cases.slips.vault.store", die)
    with pytest.raises(KeyboardInterrupt):
        slips.issue(job.payload["action"], kind=SlipKind.ACCEPTANCE, at=counter.tick())
    monkeypatch.undo()
    assert kept and not Slip.objects.exists()
    first = slips.issue(job.payload["action"], kind=SlipKind.ACCEPTANCE, at=counter.tick())
    assert slips.issue(job.payload["action"], kind=SlipKind.ACCEPTANCE, at=counter.tick()) == first
    work()
    assert Slip.objects.count() == IssuedDocument.objects.count() == 1
    assert the(SlipKind.ACCEPTANCE).number.endswith("〔2026〕00001号")


def test_a_name_the_font_lacks_fails_the_job_at_once_with_the_character_and_what_to_do(counter):
    case_id = opened(counter, person_id=factories.person(name="周𪚥").id)
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    work()
    job = Job.objects.get(kind="cases.issue_slip")
    assert job.state == "failed" and "𪚥" in job.sentence
    assert not Slip.objects.exists() and not IssuedDocument.objects.exists()


def test_numbers_count_by_kind_without_gaps(counter):
    for name in ("张伟",):
        accepted(counter, person_id=factories.person(name=name).id)
    give(counter, SlipKind.SUSPENSION)
    work()
    numbers = sorted(Slip.objects.filter(kind="acceptance").values_list("number", flat=True))
    assert numbers == [f"莲池社保受〔2026〕0000{n}号" for n in (1, 2)]
    assert the(SlipKind.SUSPENSION).number == "莲池社保中〔2026〕00001号"


def test_a_paper_made_late_tells_the_case_as_it_was_when_it_was_decided(counter):
    give(counter, SlipKind.SUPPLEMENT)
    case = Case.objects.get()
    assert case.due_on is None  # the clock stands, and yet the notice of acceptance names the day
    assert "最迟2026年4月1日办结" in text_of(SlipKind.ACCEPTANCE)


def test_the_register_of_issued_documents_calls_papers_as_cases_do():
    assert {kind.label for kind in slips.KINDS.values()} == {kind.label for kind in SlipKind}
    assert set(slips.KINDS) == set(SlipKind)


@pytest.mark.parametrize(
    ("name", "others", "word"),
    [
        ("保定市莲池区养老保险经办处", ["石家庄市长安区养老保险经办处"], "莲池"),
        ("保定市社会保险事业服务中心", ["保定市莲池区养老保险经办处"], "保定"),
        ("石家庄市桥西区养老保险经办处", ["张家口市桥西区养老保险经办处"], "石家庄桥西"),
        ("阜平县社会保险局", [], "阜平"),
        ("省直经办中心", [], "省直经办中心"),
    ],
)
def test_an_agency_is_called_by_its_lowest_place_that_no_other_has(name, others, word):
    assert agency_word(name, others=others) == word


places_of = st.sampled_from(["保定市", "石家庄市", "桥西区", "莲池区", "中心"])


@settings(max_examples=30)
@given(st.lists(st.builds("".join, st.lists(places_of, min_size=1, max_size=3)), min_size=2, unique=True))
def test_no_two_numbers_of_two_agencies_are_the_same(names):
    words = {agency_word(name, others=[each for each in names if each != name]) for name in names}
    numbers = {slip_number(stem(word, kind, year=2026), 1) for word in words for kind in SlipKind}
    assert len(words) == len(names) and len(numbers) == len(names) * len(SlipKind)
