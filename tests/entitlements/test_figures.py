"""The person page of 周桂兰: what it says, and that each saying can be followed to its page."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.entitlements.makers import MILL, ON, SHOP, fact, paid, paper, person

from nianlun.archives.domain import DocumentKind
from nianlun.entitlements import figures, papers
from nianlun.entitlements.domain.career import MonthState
from nianlun.entitlements.gathering import judge
from nianlun.entitlements.queries import tree_of
from nianlun.evidence.domain import Kind
from nianlun.kernel.months import parse_month, show_month
from nianlun.registry.domain import Scheme

HIRING = paper(
    DocumentKind.HIRING_APPROVAL,
    made="1984-08-29",
    birth_date="1967-04-28",
    work_start="1984-09-01",
    unit=MILL,
    post="挡车工",
)
RESUME = paper(
    DocumentKind.CADRE_RESUME, made="1992-05-10", birth_date="1967-04-28", work_start="1985-03", unit=MILL
)
LAID_OFF = paper(
    DocumentKind.LAID_OFF,
    made="1998-06-30",
    original=False,
    work_start="1984-09",
    unit=MILL,
    ended_on="1998-06",
)
CONTRACT = paper(DocumentKind.LABOUR_CONTRACT, made="1999-12-01", unit=SHOP, post="缝纫")
PAID = [
    *paid("1993-01", "1998-07"),
    *paid("1999-12", "2008-03", SHOP),
    *paid("2008-03", "2008-06", SHOP),
    *paid("2008-03", "2012-02", scheme=Scheme.FLEXIBLE),
    *paid("2012-02", "2022-05", "山东鲁绣家纺有限公司"),
]
CLAIMS = (*HIRING, *RESUME, *LAID_OFF, *CONTRACT)
BIRTH = fact(Kind.BIRTH_DATE, "1967-04-28", decisive=[HIRING[0]])
START = fact(Kind.WORK_START, "1984-09-01", decisive=[HIRING[1]], against=[RESUME[1]])


def working(claims=CLAIMS, *, facts=(BIRTH,), money=PAID, on=ON, who=None):
    return judge(
        who or person(),
        claims=tuple(claims),
        facts={f.kind: f for f in facts},
        resume=(),
        paid=tuple(money),
        on=on,
        deep=True,
    )


def page(*args, **words):
    return figures.person_figures(working(*args, **words))


def state_on(shown, month):
    return next(cell for cell in shown.ring if cell.month == parse_month(month))


def test_the_four_figures_say_value_state_and_where_the_reason_is():
    birth, start, months, age = page().headlines
    assert (birth.value, birth.tone, birth.chip) == ("1967-04-28", "ok", "2 份材料一致")
    assert (start.value, start.tone, start.chip) == ("1984-09-01", "contradictory", "3 份材料，2 种说法")
    assert (months.value, months.tone) == ("36 年 3 个月", "single")
    assert (age.value, age.chip) == ("2022-04", "女 · 管理技术岗位 · 满 55 周岁")
    shown = working()
    for headline in (birth, start, months, age):
        assert tree_of(shown, headline.derivation).title


def test_the_coverage_ends_with_retirement_and_its_shares_make_a_hundred():
    shown = page()
    assert shown.coverage_note == "截至 2022-04，共 452 个月"
    assert sum(line.months for line in shown.coverage) == 452 == len(shown.ring)
    assert sum(line.share for line in shown.coverage) == 100
    assert next(line.months for line in shown.coverage if line.state == "gap") == 17


def test_each_month_says_what_bears_it_out():
    shown = page()
    assert state_on(shown, "1984-10").state == "contradictory"
    assert "1985-03（干部履历表）" in state_on(shown, "1984-10").label
    assert state_on(shown, "1990-01").label == "招收工人审批表原件证明，建账前视同缴费"
    assert state_on(shown, "1995-01").state == "proved"
    assert state_on(shown, "1998-07").state == "gap"
    assert state_on(shown, "2000-01").label == "账户有缴费，并有劳动合同书为证"
    assert state_on(shown, "2008-04").label == "同一月份两处缴费：保定恒丰服装有限公司、灵活就业"
    assert state_on(shown, "2015-01").state == "recorded"


def test_a_ruling_settles_the_disputed_months_and_keeps_the_loser_in_sight():
    ruled = page(facts=(BIRTH, START))
    assert state_on(ruled, "1984-10").state == "proved"
    assert ruled.headlines[1].chip == "已裁定，1 份不采信"
    node = tree_of(working(facts=(BIRTH, START)), "work_start")
    assert [e.label for e in node.evidence if "不采信" in e.label] == ["干部履历表 第 1 页 不采信 1985-03"]
    later = fact(Kind.WORK_START, "1985-03", decisive=[RESUME[1]], against=[HIRING[1], LAID_OFF[0]])
    assert page(facts=(BIRTH, later)).career.first == parse_month("1985-03")


def test_a_paper_that_comes_to_light_after_the_ruling_opens_it_again():
    late = paper(DocumentKind.STATEMENT, made="2026-01-01", work_start="1983-01", unit=MILL)
    assert page((*CLAIMS, *late), facts=(BIRTH, START)).headlines[1].tone == "contradictory"


def test_the_cards_name_both_sides_a_suggestion_and_the_effect():
    start, double, gap = page().clashes
    assert (start.word, start.title, start.effect) == (
        "矛盾",
        "参加工作时间",
        "影响视同或连续工龄 6 个月。",
    )
    assert (start.since, start.until) == (parse_month("1984-09"), parse_month("1985-03"))
    assert [side.value for side in start.sides] == ["1984-09-01", "1985-03"]
    assert start.suggestion.startswith("采信 1984-09-01：《招收工人审批表》")
    assert start.suggested_claim == HIRING[1].id and start.sides[0].claim_id == HIRING[1].id
    assert (double.word, double.title, double.effect) == (
        "重复",
        "2008-03 至 2008-05",
        "只计 3 个月，退费 332.64 元。",
    )
    assert [side.source for side in double.sides] == [SHOP, "灵活就业"]
    assert (gap.word, gap.title) == ("缺证", "1998-07 至 1999-11")
    assert gap.sides[1].value == "职工下岗证明" and gap.sides[1].detail == "未见原件"
    assert MILL in gap.suggestion


def test_the_lanes_hold_units_results_papers_and_policy():
    lanes = page().lanes
    assert [(s.label, show_month(s.since)) for s in lanes.units] == [
        (f"{MILL} · 挡车工", "1984-09"),
        (f"{SHOP} · 缝纫", "1999-12"),
        ("灵活就业", "2008-06"),
        ("山东鲁绣家纺有限公司", "2012-02"),
    ]
    assert [s.label for s in lanes.results][:3] == [
        "矛盾 6 个月",
        "视同缴费 7 年 10 个月",
        "实际缴费 5 年 6 个月",
    ]
    assert [(p.label, p.is_original) for p in lanes.pins] == [
        ("招收工人审批表", True),
        ("干部履历表", True),
        ("职工下岗证明", False),
        ("劳动合同书", True),
    ]
    assert [n.label for n in lanes.policy] == [
        "本地建账起始",
        "统一制度",
        "计发办法调整",
        "社会保险法",
        "机关事业并轨",
    ]
    assert lanes.end.label == "2022-04 满 55 周岁"


def test_the_months_are_explained_down_to_postings_and_claims():
    tree = tree_of(working(), "contribution_months")
    assert (tree.value, tree.formula) == ("435", "335 + 100 = 435，即 36 年 3 个月")
    year = tree.find("paid_2008")
    assert year.value == "12" and len(year.evidence) == 15
    assert {e.kind for e in year.evidence} == {"posting"}
    deemed = tree.find("deemed_months")
    assert deemed.value == "100" and {e.kind for n in deemed.inputs for e in n.evidence} == {"claim"}
    assert deemed.rows[0].source.startswith("河北省")


def test_a_person_nothing_is_known_of_has_a_page_that_says_so():
    shown = page((), facts=(), money=())
    assert [h.value for h in shown.headlines] == ["没有记载", "没有记载", "0 个月", "待定"]
    assert (shown.ring, shown.clashes, shown.coverage_note) == ((), (), "还没有可画的月份")


def test_a_later_paper_does_not_prove_the_unit_of_years_before_it():
    resumed = paper(
        DocumentKind.TERMINATION, made="1998-06-30", work_start="1970-03", unit=MILL, ended_on="1998-06-30"
    )
    sent_down = paper(
        DocumentKind.SENT_DOWN, made="1970-03-01", work_start="1970-03", unit="清苑县红旗公社"
    )
    hired = paper(DocumentKind.RETURN_TO_CITY, made="1975-04-01", work_start="1970-03", unit=MILL)
    shown = page((*resumed, *sent_down, *hired), facts=(BIRTH,), money=())
    assert state_on(shown, "1972-01").state == "proved"
    assert state_on(shown, "1980-01").state == "proved"
    assert [clash.word for clash in shown.clashes] == ["缺证"]


def test_a_paper_of_leaving_ends_what_a_paper_of_hiring_began():
    left = paper(DocumentKind.TERMINATION, made="1990-06-30", unit=MILL, ended_on="1990-06-30")
    spells = papers.spells_of((*HIRING, *left), resume=())
    assert [show_month(s.until) for s in spells if s.until] == ["1990-07"]
    assert state_on(page((*HIRING, *left), money=()), "1991-01").state == "gap"


def test_a_resume_that_knows_only_the_work_start_does_not_fill_a_gap_after_the_account_began():
    late = paper(
        DocumentKind.CADRE_RESUME, made="2013-03-24", work_start="1984-09", unit="山东鲁绣家纺有限公司"
    )
    assert state_on(page((*CLAIMS, *late)), "1998-10").state == "gap"


def test_the_old_unit_may_pay_for_the_month_of_the_order_to_move():
    order = paper(DocumentKind.TRANSFER_ORDER, made="1999-08-24", unit=SHOP)
    money = [*paid("1993-01", "1999-09"), *paid("1999-09", "2001-01", SHOP)]
    shown = page((*HIRING, *order), money=money)
    assert [state_on(shown, m).state for m in ("1999-07", "1999-08", "1999-09")] == ["proved"] * 3


def test_residents_count_their_own_months():
    years = paid("2012-01", "2016-01", scheme=Scheme.RESIDENT)
    shown = page((), facts=(BIRTH,), money=years, who=person(category=60, scheme=Scheme.RESIDENT))
    assert shown.career.contribution_months == 48
    assert shown.headlines[2].label == "累计缴费年限"
    assert (
        tree_of(
            working((), facts=(BIRTH,), money=years, who=person(scheme=Scheme.RESIDENT)), "paid_2012"
        ).value
        == "12"
    )


@given(st.permutations(CLAIMS), st.randoms())
@settings(deadline=None, max_examples=30)
def test_the_order_in_which_claims_and_payments_are_read_never_matters(claims, chance):
    shuffled = working(claims, money=chance.sample(PAID, len(PAID)))
    usual = working()
    assert (shuffled.career.states, shuffled.career.kinds) == (usual.career.states, usual.career.kinds)
    assert shuffled.contribution.value == usual.contribution.value


@given(st.sampled_from(range(len(PAID))))
@settings(deadline=None, max_examples=30)
def test_one_more_month_paid_never_lowers_what_is_held(without):
    fewer = working(money=PAID[:without] + PAID[without + 1 :]).career
    assert fewer.contribution_months <= working().career.contribution_months


def test_a_claim_that_waits_for_review_proves_nothing():
    waiting = [replace(c, state="proposed") for c in HIRING]
    shown = page(waiting, facts=(), money=())
    assert shown.career.states == "" and shown.headlines[0].value == "没有记载"
    assert MonthState.PROVED.label == shown.coverage[0].label
